-- forget_run: deletes a run of applied deltas, all of which are there, and looks at no other row.
-- {{ident:delta}}    the delta or mark table
-- {{literal:first}}  lowest id of the run
-- {{literal:last}}   highest id of the run
-- {{literal:count}}  how many ids it has: at the last one the server stops
DELETE FROM {{ident:delta}}
WHERE seq BETWEEN {{literal:first}} AND {{literal:last}}
ORDER BY seq
LIMIT {{literal:count}}
