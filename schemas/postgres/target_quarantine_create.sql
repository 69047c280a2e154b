-- target_quarantine_create: rows of the source that have no form here, as they were.
-- `row` is JSON as text: jsonb would refuse some of what makes a row have no form. Rows of a table
-- without a key have an empty one, so a number of their own is part of the primary key.
CREATE TABLE IF NOT EXISTS dbsync.target_quarantine (
    job         pg_catalog.text NOT NULL,
    table_id    pg_catalog.int4 NOT NULL,
    table_name  pg_catalog.text NOT NULL,
    key_hash    pg_catalog.int8 NOT NULL,
    id          pg_catalog.int8 NOT NULL GENERATED ALWAYS AS IDENTITY,
    key         pg_catalog.text NOT NULL,
    column_name pg_catalog.text NOT NULL,
    reason      pg_catalog.text NOT NULL,
    "row"       pg_catalog.text NOT NULL,
    PRIMARY KEY (job, table_id, key_hash, id)
)
