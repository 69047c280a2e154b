-- target_stage_columns: the base types of those columns of a table that are of a domain.
-- {{literal:schema}}  schema of the table
-- {{literal:name}}    name of the table
-- A stage has rows of NULLs for keys without a row, which a domain may forbid.
WITH RECURSIVE base (column_name, type_id, modifier) AS (
    SELECT a.attname, y.typbasetype, y.typtypmod
    FROM pg_catalog.pg_attribute AS a
    JOIN pg_catalog.pg_class AS r ON r.oid = a.attrelid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = r.relnamespace
    JOIN pg_catalog.pg_type AS y ON y.oid = a.atttypid AND y.typtype = 'd'
    WHERE n.nspname = {{literal:schema}} AND r.relname = {{literal:name}}
        AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL
    SELECT b.column_name, y.typbasetype, y.typtypmod
    FROM base AS b
    JOIN pg_catalog.pg_type AS y ON y.oid = b.type_id AND y.typtype = 'd'
)
SELECT b.column_name, pg_catalog.format_type(b.type_id, b.modifier)
FROM base AS b
JOIN pg_catalog.pg_type AS y ON y.oid = b.type_id AND y.typtype <> 'd'
