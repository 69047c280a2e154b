-- capture_update: every UPDATE, once a statement, with the keys that the rows have now.
-- {{ident:trigger}}    built from the table id
-- {{ident:table}}      the captured table
-- {{ident:function}}   the table's capture function
-- Old keys are the business of capture_key_change: a second transition table and a UNION would cost
-- every UPDATE what only a change of a key needs.
CREATE TRIGGER {{ident:trigger}} AFTER UPDATE ON {{ident:table}}
REFERENCING NEW TABLE AS dbsync_new
FOR EACH STATEMENT EXECUTE FUNCTION {{ident:function}}()
