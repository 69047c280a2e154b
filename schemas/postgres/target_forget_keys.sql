-- target_forget_keys: takes keys out of those not yet compared.
-- {{literal:job}}       the job
-- {{literal:table_id}}  the table's number
-- {{literal:keys}}      array of keys in COPY's text form
DELETE FROM dbsync.target_unverified_key AS u
USING pg_catalog.unnest({{literal:keys}}::pg_catalog.text[]) AS k (key)
WHERE u.job = {{literal:job}} AND u.table_id = {{literal:table_id}}
    AND u.hash_1 = pg_catalog.hashtextextended(k.key COLLATE pg_catalog."C", 0)
    AND u.hash_2 = pg_catalog.hashtextextended(k.key COLLATE pg_catalog."C", 1)
