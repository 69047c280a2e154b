-- query_source_column_changes: how the columns of a table differ from the capture catalogue.
-- $1  number of the table
SELECT CASE WHEN a.attname IS NULL THEN format('column %s is gone', o.name)
            WHEN o.name IS NULL THEN format('column %s is new', a.attname)
            WHEN o.type <> a.type THEN format('column %s was %s and is %s', o.name, o.type, a.type)
            WHEN o.not_null <> a.attnotnull AND a.attnotnull
                THEN format('column %s is NOT NULL now', o.name)
            WHEN o.not_null <> a.attnotnull THEN format('column %s may be NULL now', o.name)
            ELSE format('column %s is generated in another way', o.name) END
FROM (SELECT c.value ->> 'name' AS name, c.value ->> 'type' AS type,
             (c.value ->> 'not_null')::boolean AS not_null,
             (c.value ->> 'generated')::boolean AS generated,
             (c.value ->> 'identity_always')::boolean AS identity_always
      FROM dbsync.captured_table t, json_array_elements(t.columns) AS c
      WHERE t.id = $1::int) o
FULL JOIN (
    SELECT a.attname::text, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull,
           a.attgenerated, a.attidentity
    FROM dbsync.captured_table t
    JOIN pg_attribute a ON a.attrelid = t.relid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE t.id = $1::int) a ON a.attname = o.name
WHERE a.attname IS NULL OR o.name IS NULL OR o.type <> a.type OR o.not_null <> a.attnotnull
   OR o.generated <> (a.attgenerated <> '') OR o.identity_always <> (a.attidentity = 'a')
ORDER BY 1
