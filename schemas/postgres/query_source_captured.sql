-- query_source_captured: the capture catalogue, a row for each column (one with NULLs where a table
-- has none), in table order.
SELECT t.id, t.schema_name, t.table_name, t.key_shape, t.capture, t.fingerprint,
       t.has_other_unique, t.rows_estimate, t.bytes_estimate,
       c.value ->> 'name', c.value ->> 'type', (c.value ->> 'not_null')::boolean,
       (c.value ->> 'generated')::boolean, (c.value ->> 'identity_always')::boolean,
       coalesce(array_position(t.key_columns, c.value ->> 'name'), 0)
FROM dbsync.captured_table t
LEFT JOIN LATERAL json_array_elements(t.columns) WITH ORDINALITY AS c (value, position) ON true
WHERE t.id > 0
ORDER BY t.schema_name, t.table_name, c.position
