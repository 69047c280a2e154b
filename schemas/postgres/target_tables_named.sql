-- target_tables_named: which of some names are tables', by their numbers in the list.
-- {{literal:schemas}}  array of schemas
-- {{literal:names}}    array of names
SELECT wanted.number
FROM ROWS FROM (pg_catalog.unnest({{literal:schemas}}::pg_catalog.text[]),
                pg_catalog.unnest({{literal:names}}::pg_catalog.text[]))
    WITH ORDINALITY AS wanted (schema, name, number)
JOIN pg_catalog.pg_namespace AS n ON n.nspname = wanted.schema
JOIN pg_catalog.pg_class AS t ON t.relnamespace = n.oid AND t.relname = wanted.name
    AND t.relkind IN ('r', 'p')
ORDER BY wanted.number
