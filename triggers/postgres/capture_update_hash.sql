-- capture_update_hash: every UPDATE of a table without a key, once a statement.
-- {{ident:trigger}}    built from the table id
-- {{ident:table}}      the captured table
-- {{ident:function}}   the table's capture function
CREATE TRIGGER {{ident:trigger}} AFTER UPDATE ON {{ident:table}}
REFERENCING OLD TABLE AS dbsync_old NEW TABLE AS dbsync_new
FOR EACH STATEMENT EXECUTE FUNCTION {{ident:function}}()
