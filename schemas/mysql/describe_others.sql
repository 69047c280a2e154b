-- describe_others: objects that no other engine takes as they are, by kind and name.
SELECT CONCAT('view ', table_name) AS what
FROM information_schema.views
WHERE table_schema = DATABASE()
UNION ALL
SELECT CONCAT(LOWER(routine_type), ' ', routine_name)
FROM information_schema.routines
WHERE routine_schema = DATABASE()
UNION ALL
SELECT CONCAT('trigger ', trigger_name, ' of ', event_object_table)
FROM information_schema.triggers
WHERE trigger_schema = DATABASE() AND trigger_name NOT LIKE '\_dbsync\_%'
UNION ALL
SELECT CONCAT('event ', event_name)
FROM information_schema.events
WHERE event_schema = DATABASE()
UNION ALL
SELECT CONCAT('sequence ', table_name)
FROM information_schema.tables
WHERE table_schema = DATABASE() AND table_type = 'SEQUENCE'
ORDER BY what
