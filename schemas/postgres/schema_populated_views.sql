-- schema_populated_views: materialized views that hold rows.
SELECT r.oid, n.nspname, r.relname
FROM pg_catalog.pg_class AS r
JOIN pg_catalog.pg_namespace AS n ON n.oid = r.relnamespace
WHERE r.relkind = 'm' AND r.relispopulated
