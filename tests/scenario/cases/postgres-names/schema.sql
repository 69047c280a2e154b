CREATE SCHEMA "Odd Schema";
CREATE SCHEMA "select";
CREATE SCHEMA "quo""te.dot";
CREATE TABLE public."Order" ("Id" int PRIMARY KEY, "from" text, "weird ""col""" int, "tab	col" int);
CREATE TABLE "Odd Schema"."Order" ("Id" int PRIMARY KEY, "from" text);
CREATE TABLE "select"."table" ("select" int, "where" int, "from" text, PRIMARY KEY ("where", "select"));
CREATE TABLE "quo""te.dot"."a.b'c\d" ("ключ" int PRIMARY KEY, "значение 値 😀" text);
CREATE TABLE "long_name_long_name_long_name_long_name_long_name_long_name_123"
    ("col_name_long_name_long_name_long_name_long_name_long_name_1234" int PRIMARY KEY, v text);
CREATE TABLE "long_name_long_name_long_name_long_name_long_name_long_name_124"
    ("col_name_long_name_long_name_long_name_long_name_long_name_1234" int PRIMARY KEY, v text);
-- Columns named as a tool like this one might name its own.
CREATE TABLE ours (id int, x int, k text, key text, present boolean, deleted boolean, seq int,
    row_key text, table_id int, xid int, "_dbsync_key" int, ctid_ text, s int, t int, d int,
    excluded int, n int, o int, PRIMARY KEY (key, x));
CREATE TABLE "$1" ("$1" int PRIMARY KEY, "{{ident:table}}" text, "%s" text, "--" text, "/*" text);
CREATE TABLE "TABLE" ("PRIMARY" int PRIMARY KEY, "DEFAULT" int DEFAULT 3);
