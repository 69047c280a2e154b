INSERT INTO t SELECT i FROM generate_series(1, 1000) i;
INSERT INTO hot VALUES (1, 0);
