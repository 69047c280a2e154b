-- target_job: what the target remembers of each job, written with the rows it speaks of.
CREATE TABLE IF NOT EXISTS `_dbsync_target_job` (
    `job`               VARCHAR(64) NOT NULL,
    `source_identity`   LONGTEXT NOT NULL,
    `watermark`         LONGBLOB NOT NULL,
    `watermark_unix_us` BIGINT NOT NULL DEFAULT 0,
    `rows_copied`       TINYINT NOT NULL DEFAULT 0,
    `indexes_built`     TINYINT NOT NULL DEFAULT 0,
    `verified`          TINYINT NOT NULL DEFAULT 0,
    `woken`             TINYINT NOT NULL DEFAULT 0,
    PRIMARY KEY (`job`)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
