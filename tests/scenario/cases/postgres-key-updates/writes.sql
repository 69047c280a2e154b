-- Every key moves, some of them to where another row has just been.
UPDATE one SET id = -id WHERE abs(id) % 3 = 0;
UPDATE one SET id = id + 1000000 WHERE id BETWEEN 1 AND 20;
UPDATE one SET id = id - 1000000 WHERE id > 1000000;
UPDATE two SET a = a + 1000, b = b || 'x' WHERE a % 5 = 0;
UPDATE only_key SET k = md5(k::text)::uuid WHERE k < '80000000-0000-0000-0000-000000000000';
UPDATE by_unique SET code = upper(code) || length(code), v = v + 1 WHERE v % 4 = 0;
BEGIN;
UPDATE one SET id = 77777 WHERE id = 50;
INSERT INTO one VALUES (50, 'in the place of another') ON CONFLICT DO NOTHING;
DELETE FROM one WHERE id = 50;
UPDATE one SET id = 50 WHERE id = 77777;
COMMIT;
