INSERT INTO "Order" SELECT i, 'f', i, i FROM generate_series(1, 50) i;
INSERT INTO "Odd Schema"."Order" SELECT i, 'other' FROM generate_series(1, 50) i;
INSERT INTO "select"."table" SELECT i, i % 5, 'x' FROM generate_series(1, 50) i;
INSERT INTO "quo""te.dot"."a.b'c\d" SELECT i, 'значение' FROM generate_series(1, 50) i;
INSERT INTO "long_name_long_name_long_name_long_name_long_name_long_name_123" VALUES (1, 'a');
INSERT INTO "long_name_long_name_long_name_long_name_long_name_long_name_124" VALUES (1, 'b');
INSERT INTO ours (x, key) SELECT i, 'key' FROM generate_series(1, 50) i;
INSERT INTO "$1" SELECT i, 'a', 'b', 'c', 'd' FROM generate_series(1, 5) i;
INSERT INTO "TABLE" VALUES (1), (2);
