UPDATE big SET b = CONCAT(b, 'x'), t = CONCAT(t, 'y');
UPDATE big SET id = IF(id = 1, 10, 1) WHERE id IN (1, 10);
UPDATE many SET v = CONCAT(LEFT(v, 1800), 'w') WHERE id % 2 = 0;
