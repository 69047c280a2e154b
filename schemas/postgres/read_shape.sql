-- read_shape: what reading a table has to know of it: one row, or one for each key column in order.
-- {{literal:schema}}  schema of the table
-- {{literal:name}}    name of the table
-- {{literal:key}}     array of the key columns' names, in key order; empty without a key
WITH RECURSIVE base (column_number, type_id) AS (
    SELECT k.ordinality, a.atttypid
    FROM pg_catalog.pg_attribute AS a
    JOIN pg_catalog.unnest({{literal:key}}::pg_catalog.text[])
        WITH ORDINALITY AS k (name, ordinality)
        ON k.name = a.attname::pg_catalog.text
    JOIN pg_catalog.pg_class AS r ON r.oid = a.attrelid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = r.relnamespace
    WHERE n.nspname = {{literal:schema}} AND r.relname = {{literal:name}}
  UNION ALL
    SELECT b.column_number, y.typbasetype
    FROM base AS b
    JOIN pg_catalog.pg_type AS y ON y.oid = b.type_id AND y.typtype = 'd'
)
SELECT r.relkind = 'p',
    coalesce((
        SELECT s.nspname
        FROM base AS b
        JOIN pg_catalog.pg_opclass AS c
            ON c.opcintype = b.type_id AND c.opcdefault
        JOIN pg_catalog.pg_am AS m ON m.oid = c.opcmethod AND m.amname = 'btree'
        JOIN pg_catalog.pg_amop AS p
            ON p.amopfamily = c.opcfamily AND p.amoplefttype = b.type_id
            AND p.amoprighttype = b.type_id AND p.amopstrategy = 3
        JOIN pg_catalog.pg_operator AS o ON o.oid = p.amopopr
        JOIN pg_catalog.pg_namespace AS s ON s.oid = o.oprnamespace
        WHERE b.column_number = k.ordinality
        LIMIT 1), 'pg_catalog'),
    coalesce((
        SELECT NOT l.collisdeterministic
        FROM pg_catalog.pg_attribute AS a
        JOIN pg_catalog.pg_collation AS l ON l.oid = a.attcollation
        WHERE a.attrelid = r.oid AND a.attname::pg_catalog.text = k.name), false)
FROM pg_catalog.pg_class AS r
JOIN pg_catalog.pg_namespace AS n ON n.oid = r.relnamespace
LEFT JOIN pg_catalog.unnest({{literal:key}}::pg_catalog.text[])
        WITH ORDINALITY AS k (name, ordinality)
    ON true
WHERE n.nspname = {{literal:schema}} AND r.relname = {{literal:name}}
ORDER BY k.ordinality
