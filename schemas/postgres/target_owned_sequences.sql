-- target_owned_sequences: ascending sequences that number a column with an index of its own.
-- {{literal:schemas}}  array of the sequences' schemas
-- {{literal:names}}    array of their names
-- Without an index the largest value would cost a scan of the table while writers wait.
SELECT sn.nspname, s.relname, tn.nspname, t.relname, a.attname, q.seqincrement, q.seqmax
FROM ROWS FROM (pg_catalog.unnest({{literal:schemas}}::pg_catalog.text[]),
                pg_catalog.unnest({{literal:names}}::pg_catalog.text[])) AS wanted (schema, name)
JOIN pg_catalog.pg_namespace AS sn ON sn.nspname = wanted.schema
JOIN pg_catalog.pg_class AS s ON s.relnamespace = sn.oid AND s.relname = wanted.name
JOIN pg_catalog.pg_sequence AS q ON q.seqrelid = s.oid AND q.seqincrement > 0 AND NOT q.seqcycle
JOIN pg_catalog.pg_depend AS d ON d.objid = s.oid
    AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
    AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
    AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
JOIN pg_catalog.pg_class AS t ON t.oid = d.refobjid
JOIN pg_catalog.pg_namespace AS tn ON tn.oid = t.relnamespace
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
    AND a.atttypid IN ('pg_catalog.int2'::pg_catalog.regtype, 'pg_catalog.int4'::pg_catalog.regtype,
                       'pg_catalog.int8'::pg_catalog.regtype)
WHERE EXISTS (
    SELECT FROM pg_catalog.pg_index AS i
    JOIN pg_catalog.pg_class AS ic ON ic.oid = i.indexrelid
    JOIN pg_catalog.pg_am AS m ON m.oid = ic.relam AND m.amname = 'btree'
    WHERE i.indrelid = t.oid AND i.indkey[0] = a.attnum AND i.indisvalid AND i.indpred IS NULL)
