-- source_capture: one row that says whose capture this is and how far it has come.
-- installed_at is set when start-capture has finished once, fenced_at by the cutover.
CREATE TABLE IF NOT EXISTS dbsync.capture (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    version integer NOT NULL,
    job text NOT NULL,
    installed_at timestamptz,
    fenced_at timestamptz
)
