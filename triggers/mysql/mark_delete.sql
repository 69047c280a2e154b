-- mark_delete: records the value of a row that is to be deleted and that children may refer to.
-- Before, because a DELETE IGNORE that another child forbids leaves what it has cascaded as it is
-- and fires no AFTER trigger (seen on MySQL 9.7).
-- {{ident:trigger}}     name of the trigger
-- {{ident:table}}       the parent table
-- {{ident:mark}}        the cascade's mark table
-- {{columns:mark}}      the mark table's columns, in the foreign key's order
-- {{columns:old}}       the old row's referenced columns
-- {{columns:old_is}}    whether none of them is NULL: nothing refers to NULL
CREATE DEFINER = CURRENT_USER TRIGGER {{ident:trigger}}
BEFORE DELETE ON {{ident:table}} FOR EACH ROW
BEGIN
    IF {{columns:old_is}} THEN
        INSERT INTO {{ident:mark}} ({{columns:mark}}) VALUES ({{columns:old}});
    END IF;
END
