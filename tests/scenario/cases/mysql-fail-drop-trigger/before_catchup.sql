DROP TRIGGER _dbsync_capture_1_update;
UPDATE t SET v = 5;
