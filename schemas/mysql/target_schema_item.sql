-- target_schema_item: the schema statements of each job: begun, or done.
CREATE TABLE IF NOT EXISTS `_dbsync_target_schema_item` (
    `job`         VARCHAR(64) NOT NULL,
    `item`        VARCHAR(300) NOT NULL,
    `hash`        CHAR(64) CHARACTER SET ascii NOT NULL,
    `done`        TINYINT NOT NULL DEFAULT 0,
    `left_out`    TEXT NULL,
    PRIMARY KEY (`job`, `item`)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
