WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
INSERT INTO keyed SELECT i, 'v' || i FROM n;
INSERT INTO loose SELECT id % 20, v FROM keyed;
INSERT INTO text_key SELECT 'k' || id, v FROM keyed;
DELETE FROM loose WHERE a % 3 = 0;
