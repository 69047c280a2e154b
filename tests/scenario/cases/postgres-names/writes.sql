UPDATE "Order" SET "from" = "from" || '!', "weird ""col""" = "weird ""col""" + 1 WHERE "Id" % 2 = 0;
UPDATE "Odd Schema"."Order" SET "Id" = "Id" + 100 WHERE "Id" % 3 = 0;
DELETE FROM "select"."table" WHERE "select" = (SELECT max("select") FROM "select"."table");
UPDATE "quo""te.dot"."a.b'c\d" SET "значение 値 😀" = "значение 値 😀" || '値' WHERE "ключ" < 10;
UPDATE "long_name_long_name_long_name_long_name_long_name_long_name_123" SET v = v || 'a';
UPDATE "long_name_long_name_long_name_long_name_long_name_long_name_124" SET v = v || 'b';
UPDATE ours SET k = coalesce(k, '') || 'k', id = 1, present = NOT coalesce(present, false),
    x = x + 100, s = 1, t = 2, d = 3, excluded = 4, n = 5, o = 6 WHERE x % 2 = 0;
UPDATE "$1" SET "{{ident:table}}" = "{{ident:table}}" || '{{x}}', "%s" = '%s%d', "--" = '--';
INSERT INTO "TABLE" SELECT max("PRIMARY") + 1 FROM "TABLE";
