-- target_unverified: keys whose rows still have to be compared, as they stand in front of rows.
CREATE TABLE IF NOT EXISTS "_dbsync_unverified" (
    job_id INTEGER NOT NULL,
    table_id INTEGER NOT NULL,
    key BLOB NOT NULL,
    PRIMARY KEY (job_id, table_id, key)
) WITHOUT ROWID
