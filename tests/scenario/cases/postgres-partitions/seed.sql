INSERT INTO event SELECT i, (ARRAY['eu', 'us', 'asia'])[1 + i % 3],
    date '2018-01-01' + i * 7 FROM generate_series(1, 300) i;
INSERT INTO hashed SELECT i, 'h' FROM generate_series(1, 100) i;
