-- read_create_keys: makes the session's table of keys that rows are looked up by.
-- {{ident:table}}    the temporary table
-- {{parts:columns}}  k1, k2 … of the types that they are compared with
-- {{columns:key}}    the names k1, k2 …
CREATE TEMPORARY TABLE {{ident:table}} (
    {{parts:columns}},
    PRIMARY KEY ({{columns:key}})
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin
