-- source_delta: the keys of rows that may differ, in the order of the changes.
-- {{ident:delta}}       _dbsync_delta_ and the table's number
-- {{parts:columns}}     k1, k2, …: without a type, so that values keep their storage class, and
--                       with the collation of the key column, so that equal keys are equal here
-- Written in append form: dbsync deletes from the low end only and never the last row, so that seq
-- keeps growing without AUTOINCREMENT (which would leave sqlite_sequence behind).
CREATE TABLE {{ident:delta}} (
    seq INTEGER PRIMARY KEY,
    {{parts:columns}}
)
