-- fence: refuses every write to a table or partition, also writes that would touch no row.
-- {{ident:trigger}}  dbsync_<table id>_fence
-- {{ident:table}}    the table, a partitioned table above it or a partition below
-- Takes SHARE ROW EXCLUSIVE on this table only. Does not stop SELECT FOR UPDATE, nextval and DDL.
CREATE TRIGGER {{ident:trigger}} BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {{ident:table}}
    FOR EACH STATEMENT EXECUTE FUNCTION dbsync.fence()
