-- capture_truncate: every TRUNCATE; needed on a table and on each of its partitions.
-- {{ident:trigger}}    built from the table id
-- {{ident:table}}      the captured table
-- {{ident:function}}   the table's capture function
CREATE TRIGGER {{ident:trigger}} AFTER TRUNCATE ON {{ident:table}}
FOR EACH STATEMENT EXECUTE FUNCTION {{ident:function}}()
