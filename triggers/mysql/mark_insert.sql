-- mark_insert: records the value of a new row that is itself a child of a cascade: the row may have
-- been cascaded away, with its children, and be back since.
-- {{ident:trigger}}     name of the trigger
-- {{ident:table}}       the parent table
-- {{ident:mark}}        the cascade's mark table
-- {{columns:mark}}      the mark table's columns, in the foreign key's order
-- {{columns:new}}       the new row's referenced columns
-- {{columns:new_is}}    whether none of them is NULL: nothing refers to NULL
CREATE DEFINER = CURRENT_USER TRIGGER {{ident:trigger}}
AFTER INSERT ON {{ident:table}} FOR EACH ROW
BEGIN
    IF {{columns:new_is}} THEN
        INSERT INTO {{ident:mark}} ({{columns:mark}}) VALUES ({{columns:new}});
    END IF;
END
