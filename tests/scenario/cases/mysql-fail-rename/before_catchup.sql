CREATE TABLE fresh LIKE t;
INSERT INTO fresh VALUES (9, 9);
RENAME TABLE t TO before_it, fresh TO t;
