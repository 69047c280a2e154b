-- target_quarantine_settle: takes away what was put aside under some keys.
-- {{literal:job}}       the job
-- {{literal:table_id}}  the table's number
-- {{literal:keys}}      array of the keys
DELETE FROM dbsync.target_quarantine AS q
USING pg_catalog.unnest({{literal:keys}}::pg_catalog.text[]) AS u (key)
WHERE q.job = {{literal:job}} AND q.table_id = {{literal:table_id}}
    AND q.key_hash = pg_catalog.hashtextextended(u.key COLLATE pg_catalog."C", 0)
    AND q.key = u.key COLLATE pg_catalog."C"
