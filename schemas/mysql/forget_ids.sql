-- forget_ids: deletes the applied deltas of a list, each found by its id.
-- {{ident:delta}}  the delta or mark table
-- {{ident:ids}}    the session's table of ids, with the column k1
DELETE d FROM {{ident:ids}} AS i STRAIGHT_JOIN {{ident:delta}} AS d ON d.seq = i.k1
