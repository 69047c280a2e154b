INSERT INTO a (v) VALUES (1), (2), (3);
DELETE FROM a ORDER BY id DESC LIMIT 2;
BEGIN;
INSERT INTO b (v) VALUES (1), (2), (3);
ROLLBACK;
UPDATE zero SET v = v + 1;
INSERT INTO second_key (k) SELECT MAX(k) + 1 FROM second_key;
