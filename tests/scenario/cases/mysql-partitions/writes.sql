-- Rows move between partitions.
UPDATE event SET at = at + INTERVAL 500 DAY, v = v + 1 WHERE id % 5 = 0;
UPDATE event PARTITION (recent) SET v = v + 10 WHERE id % 3 = 0;
DELETE FROM event PARTITION (old) WHERE id % 11 = 0;
UPDATE hashed SET id = id + 1001 WHERE id % 2 = 0 AND id < 1000;
UPDATE listed SET k = 2 - k WHERE id % 4 = 0;
UPDATE keyless SET id = id + 1 WHERE v = 1 LIMIT 10;
DELETE FROM keyless WHERE v = 0 LIMIT 1;
