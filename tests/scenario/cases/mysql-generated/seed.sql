INSERT INTO g (id, a) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) SELECT i, i FROM n;
INSERT INTO hidden (id, v) SELECT id, id FROM g;
INSERT INTO stamped (id, v) SELECT id, id FROM g;
