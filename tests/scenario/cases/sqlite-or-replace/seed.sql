WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
INSERT INTO p SELECT i, i + 10, 'b' || i, i * 2, i % 2 FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)
INSERT INTO own_clause SELECT i, 'u' || i, i FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)
INSERT INTO wr SELECT 'k' || i, i, i FROM n;
INSERT INTO gen (id, a) VALUES (1, 1), (2, 2), (3, 3);
INSERT INTO binary_index VALUES (1, 'a'), (2, 'b'), (3, 'c');
