-- target_create_schema_item: the schema statements that have run, or that were left out; what is
-- postponed runs at the cutover.
CREATE TABLE IF NOT EXISTS dbsync.target_schema_item (
    job         pg_catalog.text NOT NULL,
    item        pg_catalog.text NOT NULL,
    description pg_catalog.text NOT NULL,
    skipped     pg_catalog.text,
    postponed   pg_catalog.text,
    PRIMARY KEY (job, item)
)
