-- target_chunk: chunks of tables, each marked in the transaction that wrote its rows.
CREATE TABLE IF NOT EXISTS `_dbsync_target_chunk` (
    `job`      VARCHAR(64) NOT NULL,
    `table_id` INT NOT NULL,
    `number`   INT NOT NULL,
    `lower`    LONGBLOB,
    `upper`    LONGBLOB,
    `done`     TINYINT NOT NULL DEFAULT 0,
    `rows`     BIGINT UNSIGNED NOT NULL DEFAULT 0,
    `bytes`    BIGINT UNSIGNED NOT NULL DEFAULT 0,
    PRIMARY KEY (`job`, `table_id`, `number`)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
