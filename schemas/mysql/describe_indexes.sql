-- describe_indexes: the columns of the database's indexes, one row each; NULL for an expression.
SELECT table_name, index_name, non_unique = 0, column_name, sub_part, collation = 'D', index_type
FROM information_schema.statistics
WHERE table_schema = DATABASE()
ORDER BY table_name, index_name, seq_in_index
