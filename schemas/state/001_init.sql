-- 001_init: the tables of a job's state file, format 1.
-- No placeholders. Several statements, run in one transaction on a file of dbsync's own.
CREATE TABLE job (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    name TEXT NOT NULL,
    phase TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE TABLE setting (
    key TEXT NOT NULL,
    position INTEGER NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (key, position)
);
CREATE TABLE identity (
    role TEXT NOT NULL PRIMARY KEY,
    identity TEXT NOT NULL
);
CREATE TABLE verified_table (
    name TEXT NOT NULL PRIMARY KEY,
    verified_at TEXT NOT NULL,
    row_count INTEGER NOT NULL,
    identical INTEGER NOT NULL
);
CREATE TABLE timeline (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    event TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE TABLE sample (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    phase TEXT NOT NULL,
    rows_copied INTEGER NOT NULL,
    deltas_applied INTEGER NOT NULL,
    deltas_behind INTEGER NOT NULL,
    lag_seconds INTEGER NOT NULL
)
