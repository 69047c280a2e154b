-- target_delete: removes the rows of staged keys.
-- {{parts:table}}    the table
-- {{parts:keys}}     k1 … of the stage
-- {{ident:stage}}    the stage
-- {{parts:which}}    present, or NOT present
-- {{parts:match}}    the table's key equal to k1 …
-- Wants hash joins, merge joins and sequential scans off: a stage has no statistics, and the whole
-- table must not be read for a few keys.
DELETE FROM {{parts:table}} AS t
USING (
    SELECT {{parts:keys}}
    FROM pg_temp.{{ident:stage}} AS s
    WHERE {{parts:which}}
    ORDER BY {{parts:keys}}
) AS k
WHERE {{parts:match}}
