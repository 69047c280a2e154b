-- capture_row: every INSERT, UPDATE and DELETE, once a row; on a partitioned table also below it.
-- {{ident:trigger}}    built from the table id
-- {{ident:table}}      the captured table
-- {{ident:function}}   the table's capture function
CREATE TRIGGER {{ident:trigger}} AFTER INSERT OR UPDATE OR DELETE ON {{ident:table}}
FOR EACH ROW EXECUTE FUNCTION {{ident:function}}()
