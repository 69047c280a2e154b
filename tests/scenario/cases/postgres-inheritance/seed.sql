INSERT INTO vehicle SELECT i, 'vehicle' FROM generate_series(1, 50) i;
INSERT INTO car SELECT i, 'car', 4 FROM generate_series(100, 150) i;
INSERT INTO bus SELECT i, 'bus', 50 FROM generate_series(200, 250) i;
