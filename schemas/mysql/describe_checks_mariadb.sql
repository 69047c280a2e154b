-- describe_checks_mariadb: the database's check constraints.
SELECT table_name, constraint_name, check_clause, 1
FROM information_schema.check_constraints
WHERE constraint_schema = DATABASE()
ORDER BY table_name, constraint_name
