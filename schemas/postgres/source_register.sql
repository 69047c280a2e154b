-- source_register: writes a table into the capture catalogue, in the transaction of its triggers.
-- {{literal:id}}                number of the captured table
-- {{literal:schema}}            its schema
-- {{literal:table}}             its name
-- {{literal:relation}}          its qualified and quoted name
-- {{literal:key_shape}}         columns or whole_row
-- {{literal:capture}}           statement or row
-- {{literal:key}}               array of the key columns' names, in key order
-- {{literal:has_other_unique}}  whether a unique constraint besides the key exists
-- {{literal:rows_estimate}}     as the server estimates
-- {{literal:bytes_estimate}}    as the server estimates
-- {{literal:keys_per_delta}}    how many keys a delta may hold
-- {{literal:key_widths_vary}}   whether a key column's type has no fixed width
-- {{parts:fingerprint}}         query_source_fingerprint
INSERT INTO dbsync.captured_table (id, schema_name, table_name, relid, key_shape, capture,
    key_columns, key_attnums, columns, fingerprint, has_other_unique, rows_estimate, bytes_estimate,
    keys_per_delta, key_widths_vary)
SELECT {{literal:id}}, {{literal:schema}}, {{literal:table}}, r.relid,
       {{literal:key_shape}}, {{literal:capture}}, r.key,
       ARRAY(SELECT a.attnum FROM unnest(r.key) WITH ORDINALITY AS k (name, position)
             JOIN pg_attribute a ON a.attrelid = r.relid AND a.attname::text = k.name
             ORDER BY k.position),
       coalesce(f.columns, '[]'), coalesce(f.fingerprint, 'no columns'),
       {{literal:has_other_unique}}, {{literal:rows_estimate}}, {{literal:bytes_estimate}},
       {{literal:keys_per_delta}}, {{literal:key_widths_vary}}
FROM (SELECT {{literal:relation}}::regclass::oid AS relid, {{literal:key}}::text[] AS key) r
CROSS JOIN LATERAL (
    SELECT {{parts:fingerprint}} AS fingerprint,
           json_agg(json_build_object(
               'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
               'not_null', a.attnotnull, 'generated', a.attgenerated <> '',
               'identity_always', a.attidentity = 'a') ORDER BY a.attnum) AS columns
    FROM pg_attribute a WHERE a.attrelid = r.relid AND a.attnum > 0 AND NOT a.attisdropped) f
