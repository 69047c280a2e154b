-- target_note_keys: notes keys as not yet compared.
-- {{literal:job}}       the job
-- {{literal:table_id}}  the table's number
-- {{parts:keys}}        query of the keys in COPY's text form, one column "key"
INSERT INTO dbsync.target_unverified_key (job, table_id, hash_1, hash_2, key)
SELECT {{literal:job}}, {{literal:table_id}},
    pg_catalog.hashtextextended(k.key COLLATE pg_catalog."C", 0),
    pg_catalog.hashtextextended(k.key COLLATE pg_catalog."C", 1), k.key
FROM ({{parts:keys}}) AS k
ON CONFLICT DO NOTHING
