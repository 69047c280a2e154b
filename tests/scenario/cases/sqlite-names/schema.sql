CREATE TABLE "Order" ("Id" INTEGER PRIMARY KEY, "from" TEXT, "weird ""col""" INTEGER, "tab	col" INTEGER);
CREATE TABLE [brackets] ([select] INTEGER PRIMARY KEY, `back``tick` TEXT);
CREATE TABLE "a.b'c\d" ("ключ" INTEGER PRIMARY KEY, "значение 値 😀" TEXT UNIQUE);
CREATE TABLE ours (id INTEGER, x, k TEXT, key TEXT NOT NULL, present, deleted, seq, row_key, table_id, "_dbsync_key", s, t, d,
    excluded, n, o, new, old, PRIMARY KEY (key, x));
CREATE TABLE "$1" ("$1" INTEGER PRIMARY KEY, "{{ident:table}}" TEXT, "%s" TEXT, "--" TEXT, "/*" TEXT);
CREATE TABLE "new" ("old" INTEGER PRIMARY KEY, "new" TEXT UNIQUE);
CREATE INDEX "odd index; --" ON "Order" ("from", "weird ""col""");
CREATE VIEW "odd ""view" AS SELECT * FROM "Order";
