-- source_whole: tables that are to be read anew as a whole, a row each time.
CREATE TABLE IF NOT EXISTS `_dbsync_whole` (
    seq BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    table_id INT NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin
