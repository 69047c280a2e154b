-- source_add_column: notes a column of a captured table.
-- {{literal:table_id}}      the table's number
-- {{literal:position}}      from 0; -1 for the hidden rowid
-- {{literal:name}}          of the column
-- {{literal:type}}          as declared
-- {{literal:not_null}}      0 or 1
-- {{literal:generated}}     0 or 1
-- {{literal:key_position}}  from 0; -1 outside the key
INSERT INTO "_dbsync_captured_column"
VALUES ({{literal:table_id}}, {{literal:position}}, {{literal:name}}, {{literal:type}},
        {{literal:not_null}}, {{literal:generated}}, nullif({{literal:key_position}}, -1))
