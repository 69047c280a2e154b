-- source_delta_storage: arrays of keys are not compressed, which would cost a writer time.
-- {{ident:delta}}      dbsync.delta_<table id>_<slot>
-- {{columns:storage}}  an action for each of a1 … an
ALTER TABLE {{ident:delta}} {{columns:storage}}
