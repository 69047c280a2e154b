-- source_note_types: notes the types of a captured table's columns as they are now.
-- {{literal:id}}    number of the captured table
-- {{parts:shapes}}  query_source_type_shapes
-- Types below 16384 are the server's own. A type depends on those that it is made of, a composite
-- one through its row of pg_class.
DELETE FROM dbsync.captured_type WHERE id = {{literal:id}};
INSERT INTO dbsync.captured_type (id, type, name, is_enum, shape)
WITH RECURSIVE used (type) AS (
    SELECT a.atttypid
    FROM dbsync.captured_table t
    JOIN pg_attribute a ON a.attrelid = t.relid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE t.id = {{literal:id}} AND a.atttypid >= 16384
    UNION
    SELECT d.refobjid
    FROM used u
    CROSS JOIN LATERAL (
        SELECT 'pg_type'::regclass AS class, u.type AS object
        UNION ALL
        SELECT 'pg_class'::regclass, y.typrelid FROM pg_type y
        WHERE y.oid = u.type AND y.typtype = 'c') o
    JOIN pg_depend d ON d.classid = o.class AND d.objid = o.object
        AND d.refclassid = 'pg_type'::regclass)
SELECT {{literal:id}}, s.type, s.name, s.is_enum, s.shape
FROM used u JOIN {{parts:shapes}} s ON s.type = u.type
