-- after_update: records the old key of every updated row, and the new one where it is another.
-- {{ident:trigger}}       dbsync's name, made from the table's number
-- {{ident:table}}         the captured table
-- {{ident:delta}}         its delta table
-- {{columns:delta_key}}   k1, k2, … of the delta table
-- {{columns:old_key}}     the key columns of the row before, OLD."id"
-- {{columns:new_key}}     the key columns of the row after, NEW."id"
-- {{columns:key_differs}} NEW."id" IS NOT OLD."id", joined by OR
CREATE TRIGGER {{ident:trigger}} AFTER UPDATE ON {{ident:table}} BEGIN
    INSERT INTO {{ident:delta}} ({{columns:delta_key}}) VALUES ({{columns:old_key}});
    INSERT INTO {{ident:delta}} ({{columns:delta_key}})
    SELECT {{columns:new_key}} WHERE {{columns:key_differs}};
END
