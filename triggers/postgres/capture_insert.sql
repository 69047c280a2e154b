-- capture_insert: every INSERT, once a statement.
-- {{ident:trigger}}    built from the table id
-- {{ident:table}}      the captured table
-- {{ident:function}}   the table's capture function
CREATE TRIGGER {{ident:trigger}} AFTER INSERT ON {{ident:table}}
REFERENCING NEW TABLE AS dbsync_new
FOR EACH STATEMENT EXECUTE FUNCTION {{ident:function}}()
