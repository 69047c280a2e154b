-- source_add_objects: notes the texts that the audit compares.
-- {{literal:table_id}}       the table's number
-- {{literal:name}}           the table's name
-- {{literal:delta}}          the name of its delta table
-- {{literal:trigger_prefix}} what the names of dbsync's triggers on this table begin with
INSERT INTO "_dbsync_captured_object"
SELECT {{literal:table_id}}, type, name, sql FROM sqlite_master
WHERE (sql IS NOT NULL AND tbl_name = {{literal:name}} COLLATE NOCASE
       AND (type IN ('table', 'index')
            OR (type = 'trigger'
                AND instr(name, {{literal:trigger_prefix}}) = 1)))
   OR (type = 'table' AND name = {{literal:delta}})
