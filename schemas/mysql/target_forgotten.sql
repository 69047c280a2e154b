-- target_forgotten: hashes of the keys that are to be taken out of those not yet compared.
CREATE TEMPORARY TABLE IF NOT EXISTS `_dbsync_forgotten` (
    `hash` BINARY(16) NOT NULL,
    PRIMARY KEY (`hash`)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC
