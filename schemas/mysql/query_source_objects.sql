-- query_source_objects: the captured tables and (negative) cascades, each with the table concerned.
SELECT id, id FROM `_dbsync_captured_table` WHERE state <> 'installing'
UNION ALL
SELECT -c.id, c.child_id FROM `_dbsync_cascade` AS c
JOIN `_dbsync_captured_table` AS t ON t.id = c.child_id
WHERE t.state <> 'installing'
UNION ALL
SELECT 0, MIN(table_id) FROM `_dbsync_whole` HAVING COUNT(*) > 0
