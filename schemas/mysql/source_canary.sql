-- source_canary: a table that nobody but dbsync writes, captured to prove that capture works.
CREATE TABLE IF NOT EXISTS `_dbsync_canary` (
    id BIGINT NOT NULL PRIMARY KEY,
    chirps BIGINT NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin
