UPDATE item SET v = CONCAT(v, '+') WHERE id % 10 = 0;
DELETE FROM item WHERE id = 7;
INSERT INTO item (id, v) VALUES (7, 'back');
INSERT INTO item (id, v) VALUES (8, 'x') ON DUPLICATE KEY UPDATE v = 'dup';
REPLACE INTO item (id, v) VALUES (9, 'replaced');
