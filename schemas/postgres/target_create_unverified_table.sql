-- target_create_unverified_table: the tables that have to be compared as a whole again.
CREATE TABLE IF NOT EXISTS dbsync.target_unverified_table (
    job      pg_catalog.text NOT NULL,
    table_id pg_catalog.int4 NOT NULL,
    PRIMARY KEY (job, table_id)
)
