-- target_columns: a table's columns in order, as the source describes them.
-- {{literal:schema}}  schema of the table
-- {{literal:name}}    name of the table
SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attgenerated <> ''
FROM pg_catalog.pg_class AS r
JOIN pg_catalog.pg_namespace AS n ON n.oid = r.relnamespace
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname = {{literal:schema}} AND r.relname = {{literal:name}} AND r.relkind IN ('r', 'p')
ORDER BY a.attnum
