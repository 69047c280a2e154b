-- capture_always: lets a trigger fire for writers with session_replication_role = replica, too.
-- {{ident:trigger}}    built from the table id
-- {{ident:table}}      the captured table
ALTER TABLE {{ident:table}} ENABLE ALWAYS TRIGGER {{ident:trigger}}
