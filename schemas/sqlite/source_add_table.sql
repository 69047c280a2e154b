-- source_add_table: notes a captured table.
-- {{literal:table_id}}          its number
-- {{literal:name}}              its name
-- {{literal:has_other_unique}}  1 if there is a unique constraint beside the key
-- {{literal:fingerprint}}       texts of the table and its indexes
INSERT INTO "_dbsync_captured_table" (id, name, has_other_unique, fingerprint)
VALUES ({{literal:table_id}}, {{literal:name}}, {{literal:has_other_unique}},
        {{literal:fingerprint}})
