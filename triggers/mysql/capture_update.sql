-- capture_update: records the old key of an updated row, and the new one where a byte differs.
-- {{ident:trigger}}   name of the trigger
-- {{ident:table}}     the captured table
-- {{ident:delta}}     its delta table
-- {{columns:delta}}   the delta table's columns, in key order
-- {{parts:old}}       the old row's key
-- {{parts:new}}       the new row's key
-- {{parts:same}}      whether both are the same byte by byte
CREATE DEFINER = CURRENT_USER TRIGGER {{ident:trigger}}
AFTER UPDATE ON {{ident:table}} FOR EACH ROW
BEGIN
    INSERT INTO {{ident:delta}} ({{columns:delta}}) VALUES ({{parts:old}});
    IF NOT ({{parts:same}}) THEN
        INSERT INTO {{ident:delta}} ({{columns:delta}}) VALUES ({{parts:new}});
    END IF;
END
