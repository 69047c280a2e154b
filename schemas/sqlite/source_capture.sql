-- source_capture: one row that says whose capture this is.
CREATE TABLE IF NOT EXISTS "_dbsync_capture" (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    format INTEGER NOT NULL,          -- version of these tables
    job TEXT NOT NULL,
    epoch TEXT NOT NULL,              -- random, part of every cursor: a new capture, a new one
    identity TEXT NOT NULL,           -- of the file when capture began
    schema_version INTEGER NOT NULL,  -- when capture began; VACUUM and DDL move it
    fenced INTEGER NOT NULL,
    fence_message TEXT NOT NULL
)
