INSERT INTO parent SELECT i, 'p' || i FROM generate_series(1, 100) i;
INSERT INTO child SELECT i, i, 'c' || i FROM generate_series(1, 100) i;
INSERT INTO grandchild SELECT i, i FROM generate_series(1, 100) i;
INSERT INTO lone (v) SELECT 'l' || i FROM generate_series(1, 100) i;
INSERT INTO keyless SELECT 'k' || i % 10 FROM generate_series(1, 100) i;
INSERT INTO parted SELECT i, 'x' FROM generate_series(1, 200) i;
