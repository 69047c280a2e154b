UPDATE g SET a = a + 1000 ORDER BY a DESC;
UPDATE g SET a = NULL WHERE id % 10 = 0;
DELETE FROM g WHERE id = 5;
INSERT INTO g (id, a) VALUES (5, -5);
UPDATE hidden SET v = v + 1 WHERE id % 3 = 0;
INSERT INTO hidden (id) SELECT MAX(id) + 1 FROM hidden;
UPDATE stamped SET v = v + 1 WHERE id % 4 = 0;
INSERT INTO stamped (id, v) SELECT MAX(id) + 1, 0 FROM stamped;
