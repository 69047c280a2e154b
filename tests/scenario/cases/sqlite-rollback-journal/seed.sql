WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
INSERT INTO one SELECT i, 'row ' || i FROM n;
INSERT INTO two SELECT id, 'b' || id % 7, id FROM one;
INSERT INTO text_key VALUES ('a', 1), ('b', 2), ('É', 3), ('', 4);
INSERT INTO null_key VALUES (NULL, 1), (NULL, 2), ('x', 3), (NULL, 1);
INSERT INTO descending SELECT id, v FROM one;
INSERT INTO real_key VALUES (0.1, 1), (-1e308, 2), (9e999, 3), (5e-324, 4), (1.0, 5);
INSERT INTO blob_key VALUES (x'', 1), (x'00', 2), (x'0000', 3), (x'ff', 4);
INSERT INTO any_key VALUES (1, 'i'), (1.5, 'r'), ('1', 't'), (x'31', 'b'), (9223372036854775807, 'max'), (9.3e18, 'above');
