-- target_stage: a session's stage of one table: the key, whether the row is there, the row.
-- {{ident:stage}}   its name
-- {{parts:fields}}  declarations of k1 …, present, c1 …
-- {{parts:key}}     what of these is its primary key
CREATE TEMPORARY TABLE {{ident:stage}} (
    {{parts:fields}},
    PRIMARY KEY ({{parts:key}})
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
