-- after_insert: records the key of every inserted row.
-- {{ident:trigger}}       dbsync's name, made from the table's number
-- {{ident:table}}         the captured table
-- {{ident:delta}}         its delta table
-- {{columns:delta_key}}   k1, k2, … of the delta table
-- {{columns:new_key}}     the key columns of the row, NEW."id"
CREATE TRIGGER {{ident:trigger}} AFTER INSERT ON {{ident:table}} BEGIN
    INSERT INTO {{ident:delta}} ({{columns:delta_key}}) VALUES ({{columns:new_key}});
END
