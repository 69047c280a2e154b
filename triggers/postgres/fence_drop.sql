-- fence_drop: takes a fence trigger away.
-- {{ident:trigger}}  dbsync_<table id>_fence
-- {{ident:table}}    the table that the trigger is on
-- Takes ACCESS EXCLUSIVE: give it a short lock_timeout and try again.
DROP TRIGGER {{ident:trigger}} ON {{ident:table}}
