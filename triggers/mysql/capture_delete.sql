-- capture_delete: records the key of a deleted row.
-- {{ident:trigger}}   name of the trigger
-- {{ident:table}}     the captured table
-- {{ident:delta}}     its delta table
-- {{columns:delta}}   the delta table's columns, in key order
-- {{parts:old}}       the old row's key
CREATE DEFINER = CURRENT_USER TRIGGER {{ident:trigger}}
AFTER DELETE ON {{ident:table}} FOR EACH ROW
INSERT INTO {{ident:delta}} ({{columns:delta}}) VALUES ({{parts:old}})
