-- source_delta: a delta or mark table: a row a change, and no index besides its number.
-- {{ident:delta}}    name of the table
-- {{parts:columns}}  what is recorded, declared as in the captured table (source_delta_column)
CREATE TABLE IF NOT EXISTS {{ident:delta}} (
    seq BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    {{parts:columns}}
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin
