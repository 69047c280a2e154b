-- capture_insert: records the key of an inserted row.
-- {{ident:trigger}}   name of the trigger
-- {{ident:table}}     the captured table
-- {{ident:delta}}     its delta table
-- {{columns:delta}}   the delta table's columns, in key order
-- {{parts:new}}       the new row's key
CREATE DEFINER = CURRENT_USER TRIGGER {{ident:trigger}}
AFTER INSERT ON {{ident:table}} FOR EACH ROW
INSERT INTO {{ident:delta}} ({{columns:delta}}) VALUES ({{parts:new}})
