-- drop_delta: one slot of a table's deltas.
-- {{ident:delta}}  dbsync.delta_<table id>_<slot>
DROP TABLE IF EXISTS {{ident:delta}}
