INSERT INTO event WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) SELECT i, ELT(1 + i % 3, 'eu', 'us', 'asia'), DATE('2018-01-01') + INTERVAL i * 7 DAY, 0 FROM n;
INSERT INTO hashed SELECT id, 'h' FROM event;
INSERT INTO listed SELECT id, id % 3 FROM event;
INSERT INTO keyless SELECT id % 20, id % 2 FROM event;
