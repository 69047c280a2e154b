-- query_source_columns: the columns of every table of query_source_tables, in table order.
-- {{parts:key}}  query_source_key
-- $1             oid of one table, or NULL for all
-- key_position counts from 1 in the order of the key that query_source_tables describes.
SELECT c.oid, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
       a.attgenerated <> '' AS generated, a.attidentity = 'a' AS identity_always,
       coalesce(k.position, 0) AS key_position, a.attnum,
       tn.nspname AS type_schema, t.typname AS type_name,
       coalesce(ln.nspname, '') AS collation_schema, coalesce(l.collname, '') AS collation_name,
       t.typlen, t.typarray <> 0 AND t.typcategory <> 'A' AS has_arrays
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN LATERAL {{parts:key}} x ON true
LEFT JOIN LATERAL (
    SELECT p + 1 AS position FROM generate_series(0, x.indnkeyatts - 1) AS p
    WHERE x.indkey[p] = a.attnum) k ON true
CROSS JOIN LATERAL (
    WITH RECURSIVE base (oid, typtype, typbasetype) AS (
        SELECT t0.oid, t0.typtype, t0.typbasetype FROM pg_type t0 WHERE t0.oid = a.atttypid
        UNION ALL
        SELECT t1.oid, t1.typtype, t1.typbasetype FROM base b JOIN pg_type t1
            ON t1.oid = b.typbasetype WHERE b.typtype = 'd')
    SELECT b.oid FROM base b WHERE b.typtype <> 'd') AS base
JOIN pg_type t ON t.oid = base.oid
JOIN pg_namespace tn ON tn.oid = t.typnamespace
LEFT JOIN pg_collation l ON l.oid = a.attcollation
LEFT JOIN pg_namespace ln ON ln.oid = l.collnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
  AND (n.nspname <> 'dbsync' OR c.oid = $1::oid)
  AND ($1::oid IS NULL OR c.oid = $1::oid)
ORDER BY n.nspname, c.relname, a.attnum
