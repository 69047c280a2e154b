-- target_unverified: the keys that have to be compared again, as they travel.
-- The primary key holds 128 bits of the key's hash: the text may be longer than an index entry.
CREATE TABLE IF NOT EXISTS `_dbsync_target_unverified` (
    `job`      VARCHAR(64) NOT NULL,
    `table_id` INT NOT NULL,
    `hash`     BINARY(16) NOT NULL,
    `key`      LONGBLOB NOT NULL,
    PRIMARY KEY (`job`, `table_id`, `hash`)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
