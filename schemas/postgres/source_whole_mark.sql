-- source_whole_mark: has every row of a table read anew, after a gap in its capture was closed.
-- {{literal:id}}  number of the captured table
INSERT INTO dbsync.whole_delta (table_id) VALUES ({{literal:id}})
