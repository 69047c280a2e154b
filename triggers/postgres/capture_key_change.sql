-- capture_key_change: the old key of a row whose key an UPDATE changes.
-- {{ident:trigger}}    built from the table id
-- {{ident:table}}      the captured table
-- {{ident:function}}   the table's capture function
-- {{columns:old}}       key columns of the row as it was
-- {{columns:new}}       key columns of the row as it is now
-- The condition is checked without calling the function, and byte by byte (record_image_ne), so
-- that any type can be compared.
CREATE TRIGGER {{ident:trigger}} AFTER UPDATE ON {{ident:table}}
FOR EACH ROW WHEN (ROW({{columns:old}})::pg_catalog.record OPERATOR(pg_catalog.*<>)
                   ROW({{columns:new}})::pg_catalog.record)
EXECUTE FUNCTION {{ident:function}}()
