-- source_captured_table: the captured tables as they were when capture began.
CREATE TABLE IF NOT EXISTS "_dbsync_captured_table" (
    id INTEGER PRIMARY KEY,           -- part of the names of the triggers and the delta table
    name TEXT NOT NULL UNIQUE,
    has_other_unique INTEGER NOT NULL,
    fingerprint TEXT NOT NULL         -- the texts of the table and its indexes
)
