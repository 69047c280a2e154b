-- describe_columns: what only other engines need to know of the database's columns.
SELECT table_name, column_name, column_default, LOWER(extra), column_comment
FROM information_schema.columns
WHERE table_schema = DATABASE()
ORDER BY table_name, ordinal_position
