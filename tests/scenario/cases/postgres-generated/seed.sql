INSERT INTO always (v) SELECT 'a' FROM generate_series(1, 50);
INSERT INTO by_default (v) SELECT 'b' FROM generate_series(1, 50);
INSERT INTO computed (w, h) SELECT i, i FROM generate_series(1, 50) i;
INSERT INTO defaults (id) SELECT i FROM generate_series(1, 50) i;
INSERT INTO defaults VALUES (51, NULL, NULL, NULL);
INSERT INTO dropped_columns (id, c) SELECT i, 'c' FROM generate_series(1, 50) i;
INSERT INTO generated_key SELECT i FROM generate_series(1, 50) i;
