-- target_unverified_table: tables that have been read anew and have to be compared as a whole.
CREATE TABLE IF NOT EXISTS "_dbsync_unverified_table" (
    job_id INTEGER NOT NULL,
    table_id INTEGER NOT NULL,
    PRIMARY KEY (job_id, table_id)
) WITHOUT ROWID
