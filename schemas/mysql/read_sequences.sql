-- read_sequences: the next AUTO_INCREMENT value of every captured table that has one.
SELECT t.table_name, t.auto_increment
FROM information_schema.tables AS t
JOIN `_dbsync_captured_table` AS c ON c.name = t.table_name
WHERE t.table_schema = DATABASE() AND t.auto_increment IS NOT NULL
ORDER BY t.table_name
