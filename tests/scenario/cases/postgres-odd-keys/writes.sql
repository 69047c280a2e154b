-- The same key in another form: equal, not identical.
UPDATE by_numeric SET k = CASE WHEN scale(k) = 1 THEN 1.000 ELSE 1.0 END, v = v + 1 WHERE k = 1;
UPDATE by_numeric SET v = v + 1 WHERE k = 'NaN';
UPDATE by_float SET k = -k, v = v + 1 WHERE k = 0;
UPDATE by_float SET v = v + 1 WHERE k = 'NaN' OR k = 0.1;
UPDATE by_citext SET k = CASE WHEN k::text = 'a' THEN 'A' ELSE 'a' END WHERE k = 'a';
DELETE FROM by_citext WHERE k = 'B';
INSERT INTO by_citext VALUES ('B');
UPDATE by_nocase SET k = CASE WHEN k COLLATE "C" = 'a' THEN 'A' ELSE 'a' END WHERE k = 'a';
UPDATE by_text SET v = v + 1;
UPDATE by_text SET k = k || 'z' WHERE k IN (E'\n', '😀') OR k LIKE E'😀z%' OR k LIKE E'\nz%';
INSERT INTO by_text VALUES (' ') ON CONFLICT (k) DO UPDATE SET v = by_text.v + 10;
UPDATE by_char SET v = v + 1;
UPDATE by_bytea SET v = v + 1, k = '\x01' || k WHERE k <> '';
UPDATE by_time SET v = v + 1;
UPDATE by_interval SET k = CASE k::text WHEN '1 day' THEN interval '24:00:00' ELSE interval '1 day' END, v = v + 1
    WHERE k = '24:00:00';
UPDATE by_array SET v = v + 1;
DELETE FROM by_enum WHERE k = 'm' AND b;
INSERT INTO by_enum VALUES ('m', true, '2020-01-01');
UPDATE by_enum SET d = d + 1 WHERE k = 'l';
UPDATE by_jsonb SET v = v + 1;
UPDATE by_range SET v = v + 1;
