-- describe_tables: comments of the database's tables, and whether they are partitioned.
SELECT table_name, table_comment, create_options LIKE '%partitioned%'
FROM information_schema.tables
WHERE table_schema = DATABASE()
