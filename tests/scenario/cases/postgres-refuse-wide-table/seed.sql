INSERT INTO wide (id, c1, c1599) SELECT i, i, i FROM generate_series(1, 50) i;
INSERT INTO wide_keyless (c1, c1600) SELECT i % 5, i % 5 FROM generate_series(1, 50) i;
