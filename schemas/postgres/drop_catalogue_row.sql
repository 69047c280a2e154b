-- drop_catalogue_row: forgets a captured table.
-- {{literal:id}}  number of the captured table
DELETE FROM dbsync.captured_table WHERE id = {{literal:id}}
