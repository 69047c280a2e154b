-- target_job: what the target remembers of each job, written in the transactions that it speaks of.
CREATE TABLE IF NOT EXISTS "_dbsync_job" (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    identity TEXT NOT NULL,                      -- of this file, made by the first job in it
    source_identity TEXT NOT NULL,
    watermark TEXT NOT NULL DEFAULT '',
    watermark_unix_us INTEGER NOT NULL DEFAULT 0,
    rows_copied INTEGER NOT NULL DEFAULT 0,
    indexes_built INTEGER NOT NULL DEFAULT 0,
    tracks_unverified INTEGER NOT NULL DEFAULT 0,
    verified INTEGER NOT NULL DEFAULT 0,
    woken INTEGER NOT NULL DEFAULT 0
)
