-- drop_trigger: takes a capture trigger off a table; needs ACCESS EXCLUSIVE.
-- {{ident:trigger}}  the trigger
-- {{ident:table}}    the table that it is on
DROP TRIGGER IF EXISTS {{ident:trigger}} ON {{ident:table}}
