-- target_quarantine_settle: takes away what was put aside under some keys.
-- {{literal:job}}       the job
-- {{literal:table_id}}  the table's number
-- {{parts:hashes}}      hashes of the keys, as a list of literals
DELETE FROM `_dbsync_target_quarantine`
WHERE `job` = {{literal:job}} AND `table_id` = {{literal:table_id}}
    AND `key_hash` IN ({{parts:hashes}})
