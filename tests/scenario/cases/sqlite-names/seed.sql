WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)
INSERT INTO "Order" SELECT i, 'f', i, i FROM n;
INSERT INTO [brackets] SELECT "Id", 'x' FROM "Order";
INSERT INTO "a.b'c\d" SELECT "Id", 'значение' || "Id" FROM "Order";
INSERT INTO ours (x, key) SELECT "Id", 'key' FROM "Order";
INSERT INTO "$1" VALUES (1, 'a', 'b', 'c', 'd');
INSERT INTO "new" SELECT "Id", 'n' || "Id" FROM "Order";
