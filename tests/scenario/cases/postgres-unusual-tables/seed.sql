INSERT INTO fleeting SELECT i, 'f' FROM generate_series(1, 50) i;
INSERT INTO filled SELECT i, 'f' FROM generate_series(1, 50) i;
INSERT INTO included SELECT i, 'f' FROM generate_series(1, 50) i;
INSERT INTO deferred_key SELECT i, 'f' FROM generate_series(1, 50) i;
INSERT INTO checked SELECT i, i FROM generate_series(1, 50) i;
INSERT INTO replica_full SELECT i, 'f' FROM generate_series(1, 50) i;
