-- mark_delete: records the value of a deleted row that children may have referred to.
-- {{ident:trigger}}     name of the trigger
-- {{ident:table}}       the parent table
-- {{ident:mark}}        the cascade's mark table
-- {{columns:mark}}      the mark table's columns, in the foreign key's order
-- {{columns:old}}       the old row's referenced columns
-- {{columns:old_is}}    whether none of them is NULL: nothing refers to NULL
CREATE DEFINER = CURRENT_USER TRIGGER {{ident:trigger}}
AFTER DELETE ON {{ident:table}} FOR EACH ROW
BEGIN
    IF {{columns:old_is}} THEN
        INSERT INTO {{ident:mark}} ({{columns:mark}}) VALUES ({{columns:old}});
    END IF;
END
