-- before_rowid_update: records the row in the way of one whose hidden rowid is set by hand.
-- {{ident:trigger}}  dbsync's name, made from the table's number
-- {{ident:table}}    the captured table
-- {{ident:rowid}}    the name of the rowid that no column hides
-- {{parts:marks}}    one INSERT (mark_in_the_way.sql)
-- The hidden rowid cannot stand in UPDATE OF, hence a trigger of its own with WHEN.
CREATE TRIGGER {{ident:trigger}} BEFORE UPDATE ON {{ident:table}}
WHEN NEW.{{ident:rowid}} IS NOT OLD.{{ident:rowid}} BEGIN
    {{parts:marks}}
END
