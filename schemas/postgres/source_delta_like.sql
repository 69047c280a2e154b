-- source_delta_like: a further slot of a table's deltas, when the current one has grown large.
-- {{ident:delta}}  dbsync.delta_<table id>_<slot>
-- {{ident:model}}  slot 0 of the same table
CREATE TABLE {{ident:delta}} (LIKE {{ident:model}} INCLUDING ALL)
WITH (autovacuum_enabled = off, toast.autovacuum_enabled = off)
