-- target_chunk: the ledger of the copy; a chunk is done in the transaction that wrote its rows.
CREATE TABLE IF NOT EXISTS "_dbsync_chunk" (
    job_id INTEGER NOT NULL,
    table_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    lower TEXT,                                  -- inclusive; NULL: from the first row
    upper TEXT,                                  -- exclusive; NULL: to the last row
    done INTEGER NOT NULL DEFAULT 0,
    rows INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (job_id, table_id, number)
) WITHOUT ROWID
