-- source_captured_trigger: dbsync's triggers on the captured tables, each with a checksum.
CREATE TABLE IF NOT EXISTS `_dbsync_captured_trigger` (
    name VARCHAR(64) NOT NULL PRIMARY KEY,
    table_id INT NOT NULL,
    checksum CHAR(64) NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin
