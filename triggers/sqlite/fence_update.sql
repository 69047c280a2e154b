-- fence_update: refuses every UPDATE after the cutover.
-- {{ident:trigger}}     dbsync's name, made from the table's number
-- {{ident:table}}       the captured table
-- {{literal:message}}   what the application is told
-- ABORT and not ROLLBACK: the application's transaction stays its own to end.
CREATE TRIGGER {{ident:trigger}} BEFORE UPDATE ON {{ident:table}} BEGIN
    SELECT RAISE(ABORT, {{literal:message}});
END
