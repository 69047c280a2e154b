-- describe_checks_mysql: the database's check constraints, and whether they are enforced.
SELECT t.table_name, c.constraint_name, REPLACE(c.check_clause, '\\''', ''''), t.enforced = 'YES'
FROM information_schema.check_constraints AS c
JOIN information_schema.table_constraints AS t ON t.constraint_schema = c.constraint_schema
    AND t.constraint_name = c.constraint_name AND t.constraint_type = 'CHECK'
WHERE c.constraint_schema = DATABASE()
ORDER BY t.table_name, c.constraint_name
