-- drop_function: a table's capture function, when no trigger calls it any more.
-- {{ident:function}}  dbsync.capture_<table id>
DROP FUNCTION IF EXISTS {{ident:function}}()
