INSERT INTO page SELECT i, 'slug-' || i, i FROM generate_series(1, 200) i;
INSERT INTO queue SELECT i, i FROM generate_series(1, 100) i;
INSERT INTO booking SELECT i, i % 5, int4range(i * 10, i * 10 + 50) FROM generate_series(1, 100) i;
INSERT INTO partial SELECT i, i % 50, i <= 50 FROM generate_series(1, 200) i;
