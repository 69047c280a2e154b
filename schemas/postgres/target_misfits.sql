-- target_misfits: what a table's columns ask of rows that come from another engine.
-- {{literal:schema}}  schema of the table
-- {{literal:name}}    name of the table
SELECT a.attname,
    a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AS required,
    a.atttypid = 'pg_catalog.money'::pg_catalog.regtype AS rounds,
    t.typname = 'citext' OR bt.typname = 'citext' OR NOT coalesce(l.collisdeterministic, true)
        AS takes_for_one
FROM pg_catalog.pg_attribute AS a
JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_type AS bt ON bt.oid = t.typbasetype
LEFT JOIN pg_catalog.pg_collation AS l ON l.oid = a.attcollation
WHERE n.nspname = {{literal:schema}} AND c.relname = {{literal:name}}
    AND a.attnum > 0 AND NOT a.attisdropped
