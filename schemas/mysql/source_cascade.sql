-- source_cascade: foreign keys between captured tables that the server carries out by itself.
CREATE TABLE IF NOT EXISTS `_dbsync_cascade` (
    id INT NOT NULL PRIMARY KEY,
    name VARCHAR(64) NOT NULL,
    child_id INT NOT NULL,
    parent_id INT NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin
