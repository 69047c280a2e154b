-- schema_own_triggers: triggers of dbsync's, by object id: they are not part of the schema.
SELECT g.oid
FROM pg_catalog.pg_trigger AS g
JOIN pg_catalog.pg_proc AS f ON f.oid = g.tgfoid
JOIN pg_catalog.pg_namespace AS n ON n.oid = f.pronamespace
WHERE n.nspname = 'dbsync' OR g.tgname LIKE 'dbsync\_%'
UNION ALL
SELECT e.oid
FROM pg_catalog.pg_event_trigger AS e
WHERE e.evtname LIKE 'dbsync\_%'
