-- mark_in_the_way: one unique constraint's part of a BEFORE trigger.
-- {{ident:table}}         the captured table
-- {{ident:delta}}         its delta table
-- {{columns:delta_key}}   k1, k2, … of the delta table
-- {{columns:key}}         the key columns
-- {{parts:conditions}}    comparisons of the indexed values with the new row's, joined by AND
INSERT INTO {{ident:delta}} ({{columns:delta_key}})
    SELECT {{columns:key}} FROM {{ident:table}} WHERE {{parts:conditions}};
