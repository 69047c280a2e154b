-- source_capture: the one row that says whose capture this is and how far it has got.
CREATE TABLE IF NOT EXISTS `_dbsync_capture` (
    id TINYINT NOT NULL PRIMARY KEY,
    job VARCHAR(255) NOT NULL,
    identity VARCHAR(2000) NOT NULL,
    epoch CHAR(32) NOT NULL,
    definer VARCHAR(400) NOT NULL,
    installed_at DATETIME(6) NULL,
    fenced_at DATETIME(6) NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin
