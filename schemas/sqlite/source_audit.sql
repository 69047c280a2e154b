-- source_audit: recorded texts that are gone or changed, and indexes that are new.
-- Columns: table number, type, name, table it stands on now, text then, text now (NULL: none).
SELECT o.table_id, o.type, o.name, m.tbl_name, o.sql, m.sql
FROM "_dbsync_captured_object" o
LEFT JOIN sqlite_master m ON m.type = o.type AND m.name = o.name
WHERE m.sql IS NOT o.sql
UNION ALL
SELECT t.id, m.type, m.name, m.tbl_name, NULL, m.sql
FROM "_dbsync_captured_table" t
JOIN sqlite_master m ON m.type = 'index' AND m.tbl_name = t.name COLLATE NOCASE
WHERE m.sql IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "_dbsync_captured_object" o
                  WHERE o.type = 'index' AND o.name = m.name)
