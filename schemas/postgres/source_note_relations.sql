-- source_note_relations: notes the tables that hold a captured table's rows as they stand now.
-- {{literal:id}}      number of the captured table
-- {{parts:versions}}  query_source_column_versions
-- What virtual columns show changes without a new file: none is noted, so that any file is new.
DELETE FROM dbsync.captured_relation WHERE id = {{literal:id}};
INSERT INTO dbsync.captured_relation (id, relid, name, link, filenode, columns)
SELECT t.id, m.relid, m.relid::regclass::text,
       (SELECT h.xmin::text FROM pg_inherits h
        WHERE h.inhrelid = m.relid AND m.relid <> t.relid),
       CASE WHEN v.virtual THEN 1 ELSE c.relfilenode END, v.columns
FROM dbsync.captured_table t
CROSS JOIN LATERAL (
    SELECT t.relid
    UNION
    SELECT p.relid FROM pg_partition_tree(t.relid) p) m
JOIN pg_class c ON c.oid = m.relid
CROSS JOIN LATERAL (
    SELECT {{parts:versions}} AS columns, bool_or(a.attgenerated = 'v') AS virtual
    FROM pg_attribute a WHERE a.attrelid = m.relid AND a.attnum > 0 AND NOT a.attisdropped) v
WHERE t.id = {{literal:id}}
