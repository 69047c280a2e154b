UPDATE "Order" SET "from" = "from" || '!', "weird ""col""" = "weird ""col""" + 1 WHERE "Id" % 2 = 0;
UPDATE [brackets] SET [select] = -[select] WHERE abs([select]) % 3 = 0;
UPDATE "a.b'c\d" SET "значение 値 😀" = "значение 値 😀" || '値' WHERE "ключ" < 10;
UPDATE ours SET k = coalesce(k, '') || 'k', present = 1, s = 1, t = 2, d = 3, excluded = 4, new = 5, old = 6, x = x + 100
    WHERE x % 2 = 0;
UPDATE "$1" SET "{{ident:table}}" = "{{ident:table}}" || '{{x}}', "%s" = '%s%d', "--" = '--';
UPDATE OR REPLACE "new" SET "new" = 'n1' WHERE "old" = (SELECT max("old") FROM "new");
INSERT OR REPLACE INTO "new" VALUES (3, 'n5');
