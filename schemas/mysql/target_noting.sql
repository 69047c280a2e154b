-- target_noting: whether applied keys are noted, a row a job. Whoever applies reads it in share
-- mode, so that a verification begins only when nobody applies who does not know of it yet; and
-- apart from the job's row, which the same transactions update.
CREATE TABLE IF NOT EXISTS `_dbsync_target_noting` (
    `job`   VARCHAR(64) NOT NULL,
    `notes` TINYINT NOT NULL DEFAULT 0,
    PRIMARY KEY (`job`)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
