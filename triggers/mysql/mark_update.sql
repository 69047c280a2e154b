-- mark_update: records the old and the new value to which children refer when either changes, or
-- when the row, itself a child of a cascade, moves to another parent.
-- {{ident:trigger}}     name of the trigger
-- {{ident:table}}       the parent table
-- {{ident:mark}}        the cascade's mark table
-- {{columns:mark}}      the mark table's columns, in the foreign key's order
-- {{columns:old}}       the old row's referenced columns
-- {{columns:old_is}}    whether none of them is NULL: nothing refers to NULL
-- {{columns:new}}       the new row's referenced columns
-- {{columns:new_is}}    as for the old row
-- {{parts:same}}        whether nothing that matters has changed in any byte
CREATE DEFINER = CURRENT_USER TRIGGER {{ident:trigger}}
AFTER UPDATE ON {{ident:table}} FOR EACH ROW
BEGIN
    IF NOT ({{parts:same}}) THEN
        IF {{columns:old_is}} THEN
            INSERT INTO {{ident:mark}} ({{columns:mark}}) VALUES ({{columns:old}});
        END IF;
        IF {{columns:new_is}} THEN
            INSERT INTO {{ident:mark}} ({{columns:mark}}) VALUES ({{columns:new}});
        END IF;
    END IF;
END
