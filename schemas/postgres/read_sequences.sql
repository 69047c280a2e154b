-- read_sequences: the sequences that move, by name: all but dbsync's, the system's, temporary ones
-- and those that belong to an extension.
-- With the table one of whose columns each numbers, and that column.
SELECT n.nspname, c.relname, tn.nspname, t.relname, a.attname
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_depend AS o ON o.objid = c.oid
    AND o.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
    AND o.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
    AND o.deptype IN ('a', 'i') AND o.refobjsubid > 0
LEFT JOIN pg_catalog.pg_class AS t ON t.oid = o.refobjid
LEFT JOIN pg_catalog.pg_namespace AS tn ON tn.oid = t.relnamespace
LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = o.refobjsubid
WHERE c.relkind = 'S' AND c.relpersistence <> 't'
    AND n.nspname NOT IN ('dbsync', 'pg_catalog', 'information_schema')
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS d
        WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid
            AND d.deptype = 'e')
ORDER BY n.nspname, c.relname
