-- target_asleep: triggers that an external restore brought along, dropped until the cutover.
CREATE TABLE IF NOT EXISTS "_dbsync_asleep" (
    name TEXT NOT NULL PRIMARY KEY,
    sql TEXT NOT NULL
) WITHOUT ROWID
