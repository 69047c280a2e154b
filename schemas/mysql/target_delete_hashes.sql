-- target_delete_hashes: removes the rows whose hash is staged, of a table without a key: one scan.
-- {{ident:table}}  the table
-- {{ident:stage}}  the stage; the first row of each hash has the number 1
-- {{parts:hash}}   the hash of a row of t
DELETE t
FROM {{ident:table}} AS t
STRAIGHT_JOIN {{ident:stage}} AS s FORCE INDEX (`PRIMARY`) ON s.k1 = {{parts:hash}} AND s.nth = 1
