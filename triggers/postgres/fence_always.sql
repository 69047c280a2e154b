-- fence_always: makes a fence work for sessions with session_replication_role = replica as well.
-- {{ident:trigger}}  dbsync_<table id>_fence
-- {{ident:table}}    the table that the trigger is on
ALTER TABLE ONLY {{ident:table}} ENABLE ALWAYS TRIGGER {{ident:trigger}}
