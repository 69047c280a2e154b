-- forget_run: deletes a run of applied deltas, each found by its id.
-- {{ident:delta}}    the delta or mark table
-- {{ident:numbers}}  the session's table of the numbers 0, 1, 2 …, with the column k1
-- {{literal:first}}  lowest id of the run
-- {{literal:step}}   from one id to the next
-- {{literal:count}}  how many ids it has
-- FORCE INDEX: with statistics of a table that was empty, MariaDB 11.8 scans it for every number.
DELETE d FROM {{ident:numbers}} AS i
STRAIGHT_JOIN {{ident:delta}} AS d FORCE INDEX (PRIMARY)
ON d.seq = {{literal:first}} + i.k1 * {{literal:step}}
WHERE i.k1 < {{literal:count}}
