-- target_create_chunk: chunks of tables, each marked in the transaction that wrote its rows.
CREATE TABLE IF NOT EXISTS dbsync.target_chunk (
    job      pg_catalog.text NOT NULL,
    table_id pg_catalog.int4 NOT NULL,
    number   pg_catalog.int4 NOT NULL,
    lower    pg_catalog.text,
    upper    pg_catalog.text,
    done     pg_catalog.bool NOT NULL DEFAULT false,
    rows     pg_catalog.int8 NOT NULL DEFAULT 0,
    bytes    pg_catalog.int8 NOT NULL DEFAULT 0,
    PRIMARY KEY (job, table_id, number)
)
