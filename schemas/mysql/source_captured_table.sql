-- source_captured_table: the captured tables, with what each was when its capture was installed.
CREATE TABLE IF NOT EXISTS `_dbsync_captured_table` (
    id INT NOT NULL PRIMARY KEY,
    name VARCHAR(64) NOT NULL,
    state VARCHAR(16) NOT NULL,
    has_other_unique TINYINT NOT NULL,
    definition LONGTEXT NOT NULL,
    innodb_ids LONGTEXT NULL,
    altered VARCHAR(32) NOT NULL DEFAULT '',
    fingerprint CHAR(64) NOT NULL,
    UNIQUE KEY (name)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin
