-- target_delete_hashes: removes the rows whose hash is staged, of a table without a key.
-- {{parts:table}}  the table
-- {{ident:stage}}  the stage
-- {{parts:hash}}   the hash of a row of the table
-- One scan of the table: wants hash joins and sequential scans on.
DELETE FROM {{parts:table}} AS t
USING (SELECT DISTINCT s.k1 FROM pg_temp.{{ident:stage}} AS s) AS k
WHERE {{parts:hash}} = k.k1
