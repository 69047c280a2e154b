-- source_delta_storage: keeps the server from compressing arrays of keys, which costs a writer time.
-- {{ident:delta}}      dbsync.delta_<table id>_<slot>
-- {{columns:storage}}  an action for each of a1 … an
ALTER TABLE {{ident:delta}} {{columns:storage}}
