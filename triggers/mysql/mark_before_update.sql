-- mark_before_update: records the old and the new value to which children refer before it changes.
-- An UPDATE IGNORE whose row clashes with another leaves what it has cascaded as it is, so that the
-- children have the new value, and fires no AFTER trigger (seen on MySQL 9.7).
-- {{ident:trigger}}     name of the trigger
-- {{ident:table}}       the parent table
-- {{ident:mark}}        the cascade's mark table
-- {{columns:mark}}      the mark table's columns, in the foreign key's order
-- {{columns:old}}       the old row's referenced columns
-- {{columns:old_is}}    whether none of them is NULL: nothing refers to NULL
-- {{columns:new}}       the new row's referenced columns
-- {{columns:new_is}}    as for the old row
-- {{parts:same}}        whether no referenced column changes in any byte
CREATE DEFINER = CURRENT_USER TRIGGER {{ident:trigger}}
BEFORE UPDATE ON {{ident:table}} FOR EACH ROW
BEGIN
    IF NOT ({{parts:same}}) AND {{columns:old_is}} THEN
        INSERT INTO {{ident:mark}} ({{columns:mark}}) VALUES ({{columns:old}});
        IF {{columns:new_is}} THEN
            INSERT INTO {{ident:mark}} ({{columns:mark}}) VALUES ({{columns:new}});
        END IF;
    END IF;
END
