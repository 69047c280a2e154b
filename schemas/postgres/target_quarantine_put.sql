-- target_quarantine_put: puts rows aside.
-- {{literal:job}}       the job
-- {{literal:table_id}}  the table's number
-- {{literal:table}}     its name
-- {{literal:keys}}      array of the rows' keys
-- {{literal:columns}}   array: of each row the first column whose value has no form
-- {{literal:reasons}}   array: why not
-- {{literal:rows}}      array: each row as JSON
INSERT INTO dbsync.target_quarantine (job, table_id, table_name, key_hash, key, column_name, reason,
    "row")
SELECT {{literal:job}}, {{literal:table_id}}, {{literal:table}},
    pg_catalog.hashtextextended(u.key COLLATE pg_catalog."C", 0), u.key, u.column_name, u.reason,
    u."row"
FROM ROWS FROM (pg_catalog.unnest({{literal:keys}}::pg_catalog.text[]),
                pg_catalog.unnest({{literal:columns}}::pg_catalog.text[]),
                pg_catalog.unnest({{literal:reasons}}::pg_catalog.text[]),
                pg_catalog.unnest({{literal:rows}}::pg_catalog.text[]))
    AS u (key, column_name, reason, "row")
