-- query_source_audit: what is not as it was when capture was installed: a row for each finding.
-- A partition that was taken away is told by its row of pg_inherits, also if it came back: what
-- happened to it in between went past the triggers. A new file is no finding (VACUUM FULL), nor is
-- an altered column (SET STATISTICS); both may be ALTER COLUMN … TYPE … USING.
-- {{parts:fingerprint}}  query_source_fingerprint
-- {{parts:versions}}     query_source_column_versions
-- {{parts:shapes}}       query_source_type_shapes
-- $1                     array of table numbers, or NULL for all
WITH wanted AS MATERIALIZED (
    SELECT t.*, c.oid AS live_oid, c.relname, n.nspname, c.relkind
    FROM dbsync.captured_table t
    LEFT JOIN pg_class c ON c.oid = t.relid
    LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE t.id > 0 AND ($1::int[] IS NULL OR t.id = ANY ($1::int[]))
), columns AS (
    SELECT a.attrelid, {{parts:fingerprint}} AS fingerprint
    FROM pg_attribute a
    WHERE a.attrelid IN (SELECT w.relid FROM wanted w) AND a.attnum > 0 AND NOT a.attisdropped
    GROUP BY a.attrelid
), moved AS MATERIALIZED (
    SELECT w.id, w.schema_name, w.table_name, r.relid, r.name, r.columns
    FROM wanted w JOIN dbsync.captured_relation r ON r.id = w.id
    JOIN pg_class c ON c.oid = r.relid AND c.relfilenode <> r.filenode
    WHERE w.live_oid IS NOT NULL
), shapes AS MATERIALIZED (
    SELECT s.type, s.shape FROM {{parts:shapes}} s
    WHERE s.type IN (SELECT y.type FROM dbsync.captured_type y)
), members AS (
    SELECT w.id, w.relid AS member, w.capture, w.key_shape FROM wanted w
    WHERE w.live_oid IS NOT NULL
    UNION ALL
    SELECT w.id, p.relid, w.capture, w.key_shape
    FROM wanted w CROSS JOIN LATERAL pg_partition_tree(w.relid) p
    WHERE w.relkind = 'p' AND p.relid <> w.relid
), expected AS (
    SELECT m.id, m.member, e.suffix
    FROM members m
    CROSS JOIN LATERAL unnest(
        CASE WHEN m.capture = 'row' THEN ARRAY['r', 't']
             WHEN m.key_shape = 'columns' THEN ARRAY['i', 'u', 'k', 'd', 't']
             ELSE ARRAY['i', 'u', 'd', 't'] END) AS e (suffix)
)
SELECT w.id, w.schema_name, w.table_name, 'gone' AS problem, '' AS detail
FROM wanted w WHERE w.live_oid IS NULL
UNION ALL
SELECT w.id, w.schema_name, w.table_name, 'renamed', w.nspname || '.' || w.relname
FROM wanted w WHERE (w.nspname, w.relname) <> (w.schema_name, w.table_name)
UNION ALL
SELECT w.id, w.schema_name, w.table_name, 'columns', w.id::text
FROM wanted w LEFT JOIN columns c ON c.attrelid = w.relid
WHERE w.live_oid IS NOT NULL AND coalesce(c.fingerprint, 'no columns') <> w.fingerprint
UNION ALL
SELECT w.id, w.schema_name, w.table_name, 'key', ''
FROM wanted w
WHERE w.live_oid IS NOT NULL AND w.key_shape = 'columns' AND NOT EXISTS (
    SELECT FROM pg_index i WHERE i.indrelid = w.relid AND i.indisunique AND i.indisvalid
      AND i.indpred IS NULL AND i.indexprs IS NULL
      AND (i.indkey::int2[])[0:i.indnkeyatts - 1] = w.key_attnums)
UNION ALL
SELECT w.id, w.schema_name, w.table_name, 'trigger',
       format('%s on %s', 'dbsync_' || e.id || '_' || e.suffix, e.member::regclass)
FROM expected e JOIN wanted w ON w.id = e.id
LEFT JOIN pg_trigger g ON g.tgrelid = e.member AND g.tgname = 'dbsync_' || e.id || '_' || e.suffix
WHERE g.tgenabled IS DISTINCT FROM 'A'
UNION ALL
SELECT w.id, w.schema_name, w.table_name, 'partition',
       r.name || CASE WHEN c.oid IS NULL THEN ' was dropped'
                      WHEN h.inhrelid IS NULL THEN ' was detached'
                      ELSE ' was detached and attached again' END
FROM wanted w JOIN dbsync.captured_relation r ON r.id = w.id
LEFT JOIN pg_class c ON c.oid = r.relid
LEFT JOIN pg_inherits h ON h.inhrelid = r.relid
WHERE w.live_oid IS NOT NULL AND r.link IS NOT NULL AND r.link IS DISTINCT FROM h.xmin::text
UNION ALL
SELECT m.id, m.schema_name, m.table_name, 'rewritten', m.name
FROM moved m
CROSS JOIN LATERAL (
    SELECT {{parts:versions}} AS columns FROM pg_attribute a
    WHERE a.attrelid = m.relid AND a.attnum > 0 AND NOT a.attisdropped) v
WHERE v.columns IS DISTINCT FROM m.columns
UNION ALL
SELECT w.id, w.schema_name, w.table_name,
       CASE WHEN y.is_enum AND s.shape @> y.shape THEN 'label' ELSE 'type' END,
       format('%s: %s', y.name, c.changes)
FROM wanted w JOIN dbsync.captured_type y ON y.id = w.id JOIN shapes s ON s.type = y.type
CROSS JOIN LATERAL (
    SELECT string_agg(
        CASE WHEN o.key IS NULL THEN format('%L is new', n.value)
             WHEN n.key IS NULL THEN format('%L is gone', o.value)
             ELSE format('%L is %L now', o.value, n.value) END, ', ') AS changes
    FROM jsonb_each_text(y.shape) o
    FULL JOIN jsonb_each_text(s.shape) n ON n.key = o.key
    WHERE o.value IS DISTINCT FROM n.value) c
WHERE w.live_oid IS NOT NULL AND y.shape <> s.shape
UNION ALL
SELECT w.id, w.schema_name, w.table_name, 'method', ''
FROM wanted w
WHERE w.capture = 'statement' AND (
    EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = w.relid OR h.inhparent = w.relid)
    OR EXISTS (SELECT FROM pg_subscription_rel s WHERE s.srrelid = w.relid))
UNION ALL
SELECT w.id, w.schema_name, w.table_name, 'slot', 'delta_' || w.id || '_' || s.slot
FROM wanted w CROSS JOIN LATERAL generate_series(0, w.slots - 1) AS s (slot)
WHERE to_regclass('dbsync.delta_' || w.id || '_' || s.slot) IS NULL
ORDER BY 2, 3
