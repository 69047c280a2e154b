CALL bump(1, @total);
UPDATE updatable SET v = v + 1 WHERE id % 2 = 0;
INSERT INTO updatable SELECT MAX(id) + 1, 1 FROM t;
