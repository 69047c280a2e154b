-- describe_columns: a table's columns for a target of another engine, in order; domains resolved.
-- {{literal:schema}}  schema of the table
-- {{literal:name}}    name of the table
SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
    pg_catalog.format_type(base.oid, base.modifier), t.typtype, a.attnotnull OR base.not_null,
    a.attgenerated <> '', a.attidentity <> '',
    coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid), ''),
    EXISTS (SELECT FROM pg_catalog.pg_depend AS o
            JOIN pg_catalog.pg_class AS s ON s.oid = o.objid AND s.relkind = 'S'
            WHERE o.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                AND o.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
                AND o.refobjid = c.oid AND o.refobjsubid = a.attnum AND o.deptype = 'a') AS serial,
    coalesce(pg_catalog.col_description(c.oid, a.attnum), ''),
    coalesce(pg_catalog.obj_description(c.oid, 'pg_class'), ''),
    base.oid
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
CROSS JOIN LATERAL (
    WITH RECURSIVE below (oid, modifier, kind, base, base_modifier, not_null) AS (
        SELECT t0.oid, a.atttypmod, t0.typtype, t0.typbasetype, t0.typtypmod, t0.typnotnull
        FROM pg_catalog.pg_type AS t0 WHERE t0.oid = a.atttypid
      UNION ALL
        SELECT t1.oid, b.base_modifier, t1.typtype, t1.typbasetype, t1.typtypmod,
            b.not_null OR t1.typnotnull
        FROM below AS b JOIN pg_catalog.pg_type AS t1 ON t1.oid = b.base WHERE b.kind = 'd')
    SELECT b.oid, b.modifier, b.not_null FROM below AS b WHERE b.kind <> 'd') AS base
JOIN pg_catalog.pg_type AS t ON t.oid = base.oid
WHERE n.nspname = {{literal:schema}} AND c.relname = {{literal:name}} AND c.relkind IN ('r', 'p')
ORDER BY a.attnum
