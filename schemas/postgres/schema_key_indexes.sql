-- schema_key_indexes: the index of a table's key, the partitions' indexes attached to it, and the
-- constraints that these belong to, by object id.
-- {{literal:schema}}  schema of the table
-- {{literal:name}}    name of the table
-- {{literal:key}}     array of the key's columns
WITH RECURSIVE chosen (index_id) AS (
    SELECT i.indexrelid
    FROM pg_catalog.pg_index AS i
    JOIN pg_catalog.pg_class AS r ON r.oid = i.indrelid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = r.relnamespace
    WHERE n.nspname = {{literal:schema}} AND r.relname = {{literal:name}}
        AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL
        AND (SELECT pg_catalog.array_agg(a.attname::pg_catalog.text ORDER BY k.ordinality)
             FROM pg_catalog.unnest(i.indkey::pg_catalog.int2[])
                 WITH ORDINALITY AS k (number, ordinality)
             JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid AND a.attnum = k.number
             WHERE k.ordinality <= i.indnkeyatts) @> {{literal:key}}::pg_catalog.text[]
        AND i.indnkeyatts = pg_catalog.cardinality({{literal:key}}::pg_catalog.text[])
    ORDER BY i.indisprimary DESC, i.indimmediate DESC, i.indexrelid
    LIMIT 1
), tree (index_id) AS (
    SELECT index_id FROM chosen
  UNION ALL
    SELECT h.inhrelid FROM tree AS t JOIN pg_catalog.pg_inherits AS h ON h.inhparent = t.index_id
)
SELECT t.index_id FROM tree AS t
UNION ALL
SELECT c.oid FROM tree AS t JOIN pg_catalog.pg_constraint AS c ON c.conindid = t.index_id
    AND c.contype IN ('p', 'u')
