-- source_note_relations: notes the tables that hold a captured table's rows as they stand now.
-- {{literal:id}}  number of the captured table
DELETE FROM dbsync.captured_relation WHERE id = {{literal:id}};
INSERT INTO dbsync.captured_relation (id, relid, name, link)
SELECT t.id, m.relid, m.relid::regclass::text,
       (SELECT h.xmin::text FROM pg_inherits h
        WHERE h.inhrelid = m.relid AND m.relid <> t.relid)
FROM dbsync.captured_table t
CROSS JOIN LATERAL (
    SELECT t.relid
    UNION
    SELECT p.relid FROM pg_partition_tree(t.relid) p) m
WHERE t.id = {{literal:id}}
