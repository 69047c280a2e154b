-- target_next_keys: the next keys that are not yet compared, in the order of their hashes.
-- {{literal:job}}       the job
-- {{literal:table_id}}  the table's number
-- {{literal:start}}     true: from the start, whatever `after` is
-- {{literal:after}}     the key after which to go on
-- {{literal:limit}}     at most so many
SELECT u.key
FROM dbsync.target_unverified_key AS u
WHERE u.job = {{literal:job}} AND u.table_id = {{literal:table_id}}
    AND ({{literal:start}} OR (u.hash_1, u.hash_2) > (
        pg_catalog.hashtextextended({{literal:after}}::pg_catalog.text COLLATE pg_catalog."C", 0),
        pg_catalog.hashtextextended({{literal:after}}::pg_catalog.text COLLATE pg_catalog."C", 1)))
ORDER BY u.hash_1, u.hash_2
LIMIT {{literal:limit}}
