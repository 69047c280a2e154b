UPDATE `select` SET `new` = `new` + 1, `from` = `from` + 10;
UPDATE `it's "quoted" ``tick`` {}.%s` SET `seq` = `seq` + 1, `a.b` = CONCAT(`a.b`, '+');
UPDATE t SET v = CONCAT(v, '+');
UPDATE `T` SET v = CONCAT(v, '-') WHERE id = 2;
UPDATE `Mixed Case` SET `Val``ue` = CONCAT(`Val``ue`, '!');
DELETE FROM a123456789012345678901234567890123456789012345678901234567890123
    WHERE c123456789012345678901234567890123456789012345678901234567890123 = 2;
INSERT INTO a123456789012345678901234567890123456789012345678901234567890123 VALUES (2, 5);
UPDATE `back\slash` SET `*/` = `*/` + 1, `-- x` = 2, `?` = 3, `@v` = `@v` + 1;
UPDATE dbsync_like SET `dbsync` = `dbsync` + 1;
UPDATE `日本` SET `値` = `値` + 1, `名` = IF(`名` = '一', '二', '一');
