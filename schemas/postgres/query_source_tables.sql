-- query_source_tables: every table that could be moved, with its key and what matters to capture.
-- {{parts:fingerprint}}  query_source_fingerprint
-- {{parts:key}}          query_source_key
-- $1                     oid of one table, or NULL for all
SELECT c.oid, n.nspname, c.relname, c.relkind, c.relpersistence,
       s.rows_estimate, s.bytes_estimate,
       pg_get_userbyid(c.relowner) AS owner,
       pg_has_role(c.relowner, 'USAGE') AS owned,
       row_security_active(c.oid) AS row_security,
       EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid
               OR (i.inhparent = c.oid AND c.relkind <> 'p')) AS inherits,
       EXISTS (SELECT FROM pg_subscription_rel r WHERE r.srrelid = ANY (m.members)) AS subscribed,
       EXISTS (SELECT FROM pg_class f WHERE f.oid = ANY (m.members) AND f.relkind = 'f')
           AS foreign_partition,
       coalesce(f.fingerprint, 'no columns') AS fingerprint,
       f.virtual_columns,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
               AND d.deptype = 'e') AS of_extension,
       EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid
               AND (i.indisunique OR i.indisexclusion)
               AND i.indexrelid IS DISTINCT FROM k.indexrelid) AS has_other_unique
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (
    SELECT CASE WHEN c.relkind = 'p'
           THEN ARRAY(SELECT p.relid::oid FROM pg_partition_tree(c.oid) p)
           ELSE ARRAY[c.oid] END AS members) m
CROSS JOIN LATERAL (
    SELECT coalesce(sum(greatest(x.reltuples, 0)), 0)::bigint AS rows_estimate,
           coalesce(sum(pg_table_size(x.oid)), 0)::bigint AS bytes_estimate
    FROM pg_class x WHERE x.oid = ANY (m.members) AND x.relkind = 'r') s
CROSS JOIN LATERAL (
    SELECT {{parts:fingerprint}} AS fingerprint,
           coalesce(bool_or(a.attgenerated = 'v'), false) AS virtual_columns
    FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) f
LEFT JOIN LATERAL {{parts:key}} k ON true
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
  AND (n.nspname <> 'dbsync' OR c.oid = $1::oid)
  AND ($1::oid IS NULL OR c.oid = $1::oid)
ORDER BY n.nspname, c.relname
