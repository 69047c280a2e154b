BEGIN;
INSERT INTO employee SELECT i, nullif(i / 2, 0), i % 10 FROM generate_series(1, 200) i;
INSERT INTO dept SELECT i, i + 1 FROM generate_series(0, 9) i;
COMMIT;
INSERT INTO a SELECT i, 0 FROM generate_series(0, 100) i;
INSERT INTO b SELECT i, i FROM generate_series(1, 100) i;
INSERT INTO c SELECT i, i, i FROM generate_series(1, 100) i;
INSERT INTO late SELECT i, i FROM generate_series(1, 10) i;
