-- target_schema_item: the schema items that have been run, noted in the same transaction.
CREATE TABLE IF NOT EXISTS "_dbsync_schema_item" (
    job_id INTEGER NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (job_id, id)
) WITHOUT ROWID
