-- read_tree: tables with every partitioned table and partition below them, and their fences.
-- {{literal:tables}}  array of the tables' quoted names
-- One row each: position of the captured table in the array, schema, name, and how its fence
-- stands: "" for none, else tgenabled (A: always).
SELECT t.position, n.nspname, c.relname, coalesce(g.tgenabled::pg_catalog.text, '')
FROM pg_catalog.unnest({{literal:tables}}::pg_catalog.regclass[])
    WITH ORDINALITY AS t (oid, position)
JOIN pg_catalog.pg_class AS r ON r.oid = t.oid
CROSS JOIN LATERAL (
    SELECT t.oid AS member WHERE r.relkind <> 'p'
    UNION ALL
    SELECT p.relid FROM pg_catalog.pg_partition_tree(t.oid) AS p WHERE r.relkind = 'p'
) AS tree
JOIN pg_catalog.pg_class AS c ON c.oid = tree.member
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_trigger AS g
    ON g.tgrelid = c.oid AND NOT g.tgisinternal AND g.tgname LIKE 'dbsync\_%\_fence'
ORDER BY t.position, c.oid
