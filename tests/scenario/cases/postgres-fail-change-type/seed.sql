INSERT INTO t SELECT i, i, i FROM generate_series(1, 100) i;
INSERT INTO parted VALUES (1), (2);
