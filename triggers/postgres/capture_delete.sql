-- capture_delete: every DELETE, once a statement.
-- {{ident:trigger}}    built from the table id
-- {{ident:table}}      the captured table
-- {{ident:function}}   the table's capture function
CREATE TRIGGER {{ident:trigger}} AFTER DELETE ON {{ident:table}}
REFERENCING OLD TABLE AS dbsync_old
FOR EACH STATEMENT EXECUTE FUNCTION {{ident:function}}()
