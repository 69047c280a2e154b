-- read_drop_keys: takes away the session's table of keys, if there is one.
-- {{ident:table}}  the temporary table
DROP TEMPORARY TABLE IF EXISTS {{ident:table}}
