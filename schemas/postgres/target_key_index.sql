-- target_key_index: whether a table has a unique index over just the given columns, and triggers.
-- {{literal:schema}}  schema of the table
-- {{literal:name}}    name of the table
-- {{literal:key}}     array of the key's columns
SELECT EXISTS (
        SELECT FROM pg_catalog.pg_index AS i
        WHERE i.indrelid = r.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL
            AND i.indexprs IS NULL
            AND i.indnkeyatts = pg_catalog.cardinality({{literal:key}}::pg_catalog.text[])
            AND NOT EXISTS (
                SELECT FROM pg_catalog.unnest({{literal:key}}::pg_catalog.text[]) AS k (name)
                WHERE NOT EXISTS (
                    SELECT FROM pg_catalog.pg_attribute AS a
                    WHERE a.attrelid = r.oid AND a.attname::pg_catalog.text = k.name
                        AND a.attnum = ANY ((i.indkey::pg_catalog.int2[])[0:i.indnkeyatts - 1])))),
    EXISTS (
        SELECT FROM pg_catalog.pg_trigger AS g
        WHERE g.tgrelid = r.oid AND NOT g.tgisinternal AND g.tgenabled IN ('O', 'A'))
FROM pg_catalog.pg_class AS r
JOIN pg_catalog.pg_namespace AS n ON n.oid = r.relnamespace
WHERE n.nspname = {{literal:schema}} AND r.relname = {{literal:name}}
