INSERT INTO plain WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) SELECT i % 6, CONCAT('v', i % 3) FROM n;
INSERT INTO plain VALUES (NULL, NULL), (NULL, ''), (NULL, NULL);
INSERT INTO history SELECT a, a, a, '2020-01-01', 'f' FROM plain;
INSERT INTO nullable_unique WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) SELECT IF(i % 2 = 0, i, NULL), 'x' FROM n;
INSERT INTO one_column VALUES ('a'), ('a'), (NULL), (NULL), (''), ('\\N');
INSERT INTO floats VALUES (0.1, 0.1, 1.5), (0.1, 0.1, 1.50), (16777217, 5e-324, 0), (NULL, NULL, NULL);
INSERT INTO cased VALUES ('a', 'x'), ('A', 'x'), ('a', 'x'), ('ä', 'X'), ('a ', 'x'), ('a', 'x ');
INSERT INTO wide_rows WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT REPEAT(CHAR(65 + i), 100000) FROM n;
