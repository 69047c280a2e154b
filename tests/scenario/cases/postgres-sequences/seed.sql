INSERT INTO s1 (v) SELECT i FROM generate_series(1, 100) i;
INSERT INTO s2 (v) SELECT i FROM generate_series(1, 100) i;
INSERT INTO uses_free (v) SELECT i FROM generate_series(1, 20) i;
INSERT INTO uses_back (v) SELECT i FROM generate_series(1, 20) i;
SELECT nextval('"Quoted Seq"');
