-- source_capture: one row that says whose capture this is and how far it has come.
-- Every capture has an epoch of its own. installed_at is set when start-capture has finished
-- once, fenced_at by the cutover.
CREATE TABLE IF NOT EXISTS dbsync.capture (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    version integer NOT NULL,
    job text NOT NULL,
    epoch text NOT NULL
        DEFAULT pg_catalog.random()::text || ' ' || pg_catalog.clock_timestamp()::text,
    installed_at timestamptz,
    fenced_at timestamptz
)
