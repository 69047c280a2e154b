-- source_captured_object: the texts of captured tables, their indexes and dbsync's triggers.
CREATE TABLE IF NOT EXISTS "_dbsync_captured_object" (
    table_id INTEGER NOT NULL,
    type TEXT NOT NULL,
    name TEXT NOT NULL,
    sql TEXT NOT NULL,
    PRIMARY KEY (type, name)
) WITHOUT ROWID
