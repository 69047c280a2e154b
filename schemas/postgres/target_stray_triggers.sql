-- target_stray_triggers: capture triggers that came along with a copy of the source.
SELECT n.nspname, r.relname, g.tgname
FROM pg_catalog.pg_trigger AS g
JOIN pg_catalog.pg_class AS r ON r.oid = g.tgrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = r.relnamespace
WHERE g.tgname LIKE 'dbsync\_%' AND NOT g.tgisinternal AND g.tgparentid = 0
ORDER BY 1, 2, 3
