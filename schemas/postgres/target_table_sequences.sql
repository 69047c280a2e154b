-- target_table_sequences: the ascending sequences that number a column of some tables.
-- {{literal:schemas}}  array of the tables' schemas
-- {{literal:names}}    array of their names
SELECT wanted.number, sn.nspname, s.relname, q.seqmin, q.seqmax
FROM ROWS FROM (pg_catalog.unnest({{literal:schemas}}::pg_catalog.text[]),
                pg_catalog.unnest({{literal:names}}::pg_catalog.text[]))
    WITH ORDINALITY AS wanted (schema, name, number)
JOIN pg_catalog.pg_namespace AS tn ON tn.nspname = wanted.schema
JOIN pg_catalog.pg_class AS t ON t.relnamespace = tn.oid AND t.relname = wanted.name
    AND t.relkind IN ('r', 'p')
JOIN pg_catalog.pg_depend AS d ON d.refobjid = t.oid AND d.refobjsubid > 0
    AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
    AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
    AND d.deptype IN ('a', 'i')
JOIN pg_catalog.pg_class AS s ON s.oid = d.objid AND s.relkind = 'S'
JOIN pg_catalog.pg_namespace AS sn ON sn.oid = s.relnamespace
JOIN pg_catalog.pg_sequence AS q ON q.seqrelid = s.oid AND q.seqincrement > 0
ORDER BY wanted.number, sn.nspname, s.relname
