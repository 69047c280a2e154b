-- target_unverified_table: the tables that have to be compared as a whole again.
CREATE TABLE IF NOT EXISTS `_dbsync_target_unverified_table` (
    `job`      VARCHAR(64) NOT NULL,
    `table_id` INT NOT NULL,
    PRIMARY KEY (`job`, `table_id`)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
