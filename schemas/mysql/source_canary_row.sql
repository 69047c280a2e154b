-- source_canary_row: the canary's only row.
INSERT IGNORE INTO `_dbsync_canary` (id, chirps) VALUES (1, 0)
