-- after_delete: records the key of every deleted row.
-- {{ident:trigger}}       dbsync's name, made from the table's number
-- {{ident:table}}         the captured table
-- {{ident:delta}}         its delta table
-- {{columns:delta_key}}   k1, k2, … of the delta table
-- {{columns:old_key}}     the key columns of the row, OLD."id"
CREATE TRIGGER {{ident:trigger}} AFTER DELETE ON {{ident:table}} BEGIN
    INSERT INTO {{ident:delta}} ({{columns:delta_key}}) VALUES ({{columns:old_key}});
END
