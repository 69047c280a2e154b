-- read_leaves: the tables that hold the rows of a table, itself or its partitions, in fixed order.
-- {{literal:schema}}  schema of the table
-- {{literal:name}}    name of the table
-- Rows a block are the planner's, 0 where it does not know.
SELECT c.oid,
    pg_catalog.pg_relation_filenode(c.oid),
    pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::bigint,
    n.nspname,
    c.relname,
    CASE WHEN c.relpages > 0 AND c.reltuples > 0 THEN c.reltuples / c.relpages ELSE 0 END
FROM (
    SELECT r.oid, r.relkind
    FROM pg_catalog.pg_class AS r
    JOIN pg_catalog.pg_namespace AS s ON s.oid = r.relnamespace
    WHERE s.nspname = {{literal:schema}} AND r.relname = {{literal:name}}
) AS root
CROSS JOIN LATERAL (
    SELECT root.oid AS leaf WHERE root.relkind <> 'p'
    UNION ALL
    SELECT p.relid FROM pg_catalog.pg_partition_tree(root.oid) AS p
    WHERE root.relkind = 'p' AND p.isleaf
) AS tree
JOIN pg_catalog.pg_class AS c ON c.oid = tree.leaf
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
ORDER BY c.oid
