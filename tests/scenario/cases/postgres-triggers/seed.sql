INSERT INTO item SELECT i, 'v' FROM generate_series(1, 100) i;
INSERT INTO stamped SELECT i, 's' FROM generate_series(1, 20) i;
