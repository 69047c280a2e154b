-- source_cascade_column: the columns of a cascading foreign key and what each refers to.
CREATE TABLE IF NOT EXISTS `_dbsync_cascade_column` (
    cascade_id INT NOT NULL,
    position INT NOT NULL,
    child_column VARCHAR(64) NOT NULL,
    parent_column VARCHAR(64) NOT NULL,
    PRIMARY KEY (cascade_id, position)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin
