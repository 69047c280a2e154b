INSERT INTO s1 (v) SELECT i FROM generate_series(1, 10) i;
INSERT INTO s2 (v) SELECT i FROM generate_series(1, 10) i;
BEGIN;
INSERT INTO s2 (v) SELECT i FROM generate_series(1, 50) i;
ROLLBACK;
INSERT INTO uses_free (v) VALUES (1);
INSERT INTO uses_back (v) VALUES (1);
