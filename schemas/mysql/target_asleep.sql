-- target_asleep: triggers and events that a restore brought along, dropped until the cutover.
CREATE TABLE IF NOT EXISTS `_dbsync_target_asleep` (
    `number`      INT NOT NULL AUTO_INCREMENT,
    `job`         VARCHAR(64) NOT NULL,
    `item`        VARCHAR(300) NOT NULL,
    `description` TEXT NOT NULL,
    `statement`   LONGTEXT NOT NULL,
    PRIMARY KEY (`number`),
    UNIQUE KEY `item` (`job`, `item`)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
