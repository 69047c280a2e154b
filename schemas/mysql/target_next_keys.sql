-- target_next_keys: the next keys that are not yet compared, in the order of their hashes.
-- {{literal:job}}       the job
-- {{literal:table_id}}  the table's number
-- {{literal:after}}     hash after which to go on, in hexadecimal; empty for the start
-- {{literal:limit}}     at most so many
SELECT u.`key`
FROM `_dbsync_target_unverified` AS u
WHERE u.`job` = {{literal:job}} AND u.`table_id` = {{literal:table_id}}
    AND u.`hash` > UNHEX({{literal:after}})
ORDER BY u.`job`, u.`table_id`, u.`hash`
LIMIT {{literal:limit}}
