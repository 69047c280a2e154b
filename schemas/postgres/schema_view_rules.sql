-- schema_view_rules: rules of views, which do not fire for rows that are copied.
SELECT w.oid
FROM pg_catalog.pg_rewrite AS w
JOIN pg_catalog.pg_class AS r ON r.oid = w.ev_class
WHERE r.relkind IN ('v', 'm')
