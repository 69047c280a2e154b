WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
INSERT INTO strict_one SELECT i, i, i / 7.0, 't' || i, zeroblob(i), CASE i % 3 WHEN 0 THEN i WHEN 1 THEN 't' ELSE x'00' END FROM n;
INSERT INTO strict_wr SELECT 'k' || id, a FROM strict_one;
INSERT INTO no_key SELECT i % 10, t FROM strict_one WHERE i < 50;
INSERT INTO no_key SELECT 1, 'same' FROM strict_one;
INSERT INTO rowid_column SELECT 'r', i % 5 FROM strict_one;
INSERT INTO auto (v) SELECT i FROM strict_one;
DELETE FROM auto WHERE id > 90;
INSERT INTO generated (id, w) SELECT id, i FROM strict_one;
INSERT INTO defaults (id) SELECT id FROM strict_one;
INSERT INTO one_column VALUES (1), (1), (NULL), (''), (x'');
INSERT INTO only_key SELECT 'k' || id FROM strict_one;
