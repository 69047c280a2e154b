-- fence_disable: opens a fenced table again; gets through beside readers, as DROP TRIGGER does not.
-- {{ident:trigger}}  dbsync_<table id>_fence
-- {{ident:table}}    the table that the trigger is on
ALTER TABLE ONLY {{ident:table}} DISABLE TRIGGER {{ident:trigger}}
