-- read_probe: the text of an INSERT of no rows into a table, for trying whether it is refused.
-- {{literal:schema}}  schema of the table
-- {{literal:name}}    name of the table
SELECT pg_catalog.format('INSERT INTO %1$I.%2$I %3$s SELECT %4$s FROM %1$I.%2$I WHERE false',
    n.nspname, c.relname,
    coalesce('(' || a.columns || ') OVERRIDING SYSTEM VALUE', ''), coalesce(a.columns, ''))
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (
    SELECT pg_catalog.string_agg(pg_catalog.quote_ident(t.attname), ', '
        ORDER BY t.attnum) AS columns
    FROM pg_catalog.pg_attribute AS t
    WHERE t.attrelid = c.oid AND t.attnum > 0 AND NOT t.attisdropped AND t.attgenerated = ''
) AS a
WHERE n.nspname = {{literal:schema}} AND c.relname = {{literal:name}}
