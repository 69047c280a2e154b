-- target_stage: rows of one batch and table on their way into the table; temporary, so that a batch
-- larger than memory goes to a file.
-- {{ident:stage}}  _dbsync_stage_ and the table's number
CREATE TEMPORARY TABLE {{ident:stage}} (
    seq INTEGER PRIMARY KEY,
    key BLOB NOT NULL,                           -- in wire form
    present INTEGER NOT NULL,                    -- whether the source has the row
    row BLOB NOT NULL                            -- in form Copy
)
