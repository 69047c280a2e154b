-- source_gate: the one row that every writer of a captured table reads in share mode.
CREATE TABLE IF NOT EXISTS `_dbsync_gate` (
    id TINYINT NOT NULL PRIMARY KEY,
    state TINYINT NOT NULL,
    message VARCHAR(128) NOT NULL,
    token CHAR(32) NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin
