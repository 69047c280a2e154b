DELETE FROM loose WHERE rowid IN (SELECT rowid FROM loose ORDER BY rowid LIMIT 10);
UPDATE loose SET b = b || '+' WHERE a = 4;
DELETE FROM text_key WHERE rowid IN (SELECT rowid FROM text_key ORDER BY rowid LIMIT 10);
VACUUM;
UPDATE loose SET b = b || '-' WHERE a = 5;
INSERT INTO loose VALUES (1, 'after the vacuum');
UPDATE keyed SET v = v || '-' WHERE id % 10 = 0;
UPDATE text_key SET v = v || '-' WHERE k LIKE 'k1%';
ANALYZE;
