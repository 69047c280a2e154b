-- describe_indexes: a table's indexes, one row a column, for a target of another engine.
-- {{literal:schema}}  schema of the table
-- {{literal:name}}    name of the table
SELECT ic.relname, i.indisprimary, i.indisunique, coalesce(a.attname, ''),
    (i.indoption[k.place - 1] & 1) = 1 AS descending,
    CASE WHEN i.indpred IS NOT NULL THEN 'over some of the rows'
         WHEN i.indexprs IS NOT NULL THEN 'over an expression'
         WHEN i.indisexclusion THEN 'an exclusion constraint'
         WHEN m.amname NOT IN ('btree', 'hash') THEN 'of the kind ' || m.amname
         WHEN NOT i.indisvalid THEN 'not valid'
         ELSE '' END AS problem,
    i.indnatts > i.indnkeyatts AS has_more_columns,
    coalesce((pg_catalog.to_jsonb(i) ->> 'indnullsnotdistinct')::pg_catalog.bool, false)
        AND i.indisunique AS nulls_are_alike,
    i.indisunique AND (coalesce(NOT l.collisdeterministic, false)
        OR coalesce(y.typname = 'citext', false)) AS spellings_are_alike
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_index AS i ON i.indrelid = c.oid
JOIN pg_catalog.pg_class AS ic ON ic.oid = i.indexrelid
JOIN pg_catalog.pg_am AS m ON m.oid = ic.relam
CROSS JOIN LATERAL pg_catalog.generate_series(1, i.indnkeyatts) AS k (place)
LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = i.indkey[k.place - 1]
LEFT JOIN pg_catalog.pg_collation AS l ON l.oid = i.indcollation[k.place - 1]
LEFT JOIN pg_catalog.pg_type AS y ON y.oid = a.atttypid
WHERE n.nspname = {{literal:schema}} AND c.relname = {{literal:name}}
ORDER BY i.indisprimary DESC, ic.relname, k.place
