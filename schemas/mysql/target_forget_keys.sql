-- target_forget_keys: takes keys out of those not yet compared; a join from a list locks no row
-- but these.
-- {{literal:job}}       the job
-- {{literal:table_id}}  the table's number
DELETE u
FROM `_dbsync_forgotten` AS f
STRAIGHT_JOIN `_dbsync_target_unverified` AS u FORCE INDEX (`PRIMARY`)
    ON u.`job` = {{literal:job}} AND u.`table_id` = {{literal:table_id}} AND u.`hash` = f.`hash`
