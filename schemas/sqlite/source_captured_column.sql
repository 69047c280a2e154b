-- source_captured_column: the columns of the captured tables, the hidden rowid where it is the key.
CREATE TABLE IF NOT EXISTS "_dbsync_captured_column" (
    table_id INTEGER NOT NULL,
    position INTEGER NOT NULL,        -- from 0; -1 for the hidden rowid
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    not_null INTEGER NOT NULL,
    generated INTEGER NOT NULL,
    key_position INTEGER,             -- from 0; NULL outside the key
    PRIMARY KEY (table_id, position)
) WITHOUT ROWID
