-- source_captured_table: the capture catalogue: each table as it was when its triggers were made.
-- Row 0 is the canary, which proves that capture works and is never moved.
-- keys_per_delta: 1 where its keys cannot stand in arrays.
CREATE TABLE IF NOT EXISTS dbsync.captured_table (
    id integer PRIMARY KEY,
    schema_name text NOT NULL,
    table_name text NOT NULL,
    relid oid NOT NULL,
    key_shape text NOT NULL CHECK (key_shape IN ('columns', 'whole_row')),
    capture text NOT NULL CHECK (capture IN ('statement', 'row')),
    key_columns text[] NOT NULL,
    key_attnums int2[] NOT NULL,
    columns json NOT NULL,
    fingerprint text NOT NULL,
    has_other_unique boolean NOT NULL,
    rows_estimate bigint NOT NULL,
    bytes_estimate bigint NOT NULL,
    keys_per_delta integer NOT NULL,
    key_widths_vary boolean NOT NULL,
    slots integer NOT NULL DEFAULT 1,
    current_slot integer NOT NULL DEFAULT 0,
    UNIQUE (schema_name, table_name)
)
