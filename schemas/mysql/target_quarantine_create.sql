-- target_quarantine_create: rows of the source that have no form here, as they were.
-- `row` is JSON as text: MySQL's JSON would round numbers. Rows of a table without a key have an
-- empty one.
CREATE TABLE IF NOT EXISTS `_dbsync_target_quarantine` (
    `id`          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    `job`         VARCHAR(64) NOT NULL,
    `table_id`    INT NOT NULL,
    `table_name`  VARCHAR(64) NOT NULL,
    `key_hash`    BINARY(16) NOT NULL,
    `key`         LONGTEXT NOT NULL,
    `column_name` LONGTEXT NOT NULL,
    `reason`      LONGTEXT NOT NULL,
    `row`         LONGTEXT NOT NULL,
    PRIMARY KEY (`id`),
    INDEX `of_key` (`job`, `table_id`, `key_hash`)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
