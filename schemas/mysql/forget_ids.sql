-- forget_ids: deletes the applied deltas of a list, each found by its id.
-- {{ident:delta}}  the delta or mark table
-- {{ident:ids}}    the session's table of ids, with the column k1
-- FORCE INDEX: with statistics of a table that was empty, MariaDB 11.8 scans it for every id.
DELETE d FROM {{ident:ids}} AS i
STRAIGHT_JOIN {{ident:delta}} AS d FORCE INDEX (PRIMARY) ON d.seq = i.k1
