-- describe_constraints: a table's foreign keys, one row a column, and its checks, one row each.
-- {{literal:schema}}  schema of the table
-- {{literal:name}}    name of the table
SELECT k.conname, k.contype, coalesce(a.attname, ''), coalesce(pn.nspname, ''),
    coalesce(p.relname, ''), coalesce(pa.attname, ''), k.confdeltype, k.confupdtype,
    CASE k.contype WHEN 'c' THEN pg_catalog.pg_get_expr(k.conbin, k.conrelid) ELSE '' END,
    k.convalidated, k.condeferred
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_constraint AS k ON k.conrelid = c.oid AND k.contype IN ('c', 'f')
    AND k.conparentid = 0
LEFT JOIN pg_catalog.pg_class AS p ON p.oid = k.confrelid AND k.contype = 'f'
LEFT JOIN pg_catalog.pg_namespace AS pn ON pn.oid = p.relnamespace
LEFT JOIN LATERAL ROWS FROM (pg_catalog.unnest(k.conkey), pg_catalog.unnest(k.confkey))
    WITH ORDINALITY AS u (here, there, place) ON k.contype = 'f'
LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = u.here
LEFT JOIN pg_catalog.pg_attribute AS pa ON pa.attrelid = k.confrelid AND pa.attnum = u.there
WHERE n.nspname = {{literal:schema}} AND c.relname = {{literal:name}}
ORDER BY k.contype, k.conname, k.oid, u.place
