-- source_captured_column: the columns of the captured tables; key_position is NULL outside the key.
CREATE TABLE IF NOT EXISTS `_dbsync_captured_column` (
    table_id INT NOT NULL,
    position INT NOT NULL,
    name VARCHAR(64) NOT NULL,
    type LONGTEXT NOT NULL,
    declaration LONGTEXT NOT NULL,
    not_null TINYINT NOT NULL,
    is_generated TINYINT NOT NULL,
    key_position INT NULL,
    PRIMARY KEY (table_id, position)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin
