-- capture_update_hash: records the hashes of an updated row of a table without a key.
-- {{ident:trigger}}   name of the trigger
-- {{ident:table}}     the captured table
-- {{ident:delta}}     its delta table
-- {{columns:delta}}   the delta table's only column
-- {{parts:old}}       hash of the old row
-- {{parts:new}}       hash of the new row
CREATE DEFINER = CURRENT_USER TRIGGER {{ident:trigger}}
AFTER UPDATE ON {{ident:table}} FOR EACH ROW
BEGIN
    DECLARE old_hash BINARY(16) DEFAULT {{parts:old}};
    DECLARE new_hash BINARY(16) DEFAULT {{parts:new}};
    INSERT INTO {{ident:delta}} ({{columns:delta}}) VALUES (old_hash);
    IF NOT (old_hash <=> new_hash) THEN
        INSERT INTO {{ident:delta}} ({{columns:delta}}) VALUES (new_hash);
    END IF;
END
