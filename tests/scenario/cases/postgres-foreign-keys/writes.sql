UPDATE dept SET id = id + 10;
DELETE FROM employee WHERE id % 13 = 5 AND id NOT IN (SELECT head FROM dept WHERE head IS NOT NULL);
UPDATE employee SET boss = CASE WHEN boss IS NULL THEN 1 END WHERE id % 7 = 0;
UPDATE a SET id = id + 1000 WHERE id % 5 = 1 AND id NOT IN (SELECT other FROM c WHERE other IS NOT NULL)
    AND id NOT IN (SELECT a_id FROM late);
DELETE FROM a WHERE id IN (SELECT id FROM a WHERE id % 4 = 3 AND id > 10 ORDER BY id LIMIT 7);
BEGIN;
INSERT INTO c SELECT coalesce(max(id), 0) + 1, NULL, 0 FROM c;
INSERT INTO a SELECT max(id) + 1, 1 FROM a;
INSERT INTO b SELECT (SELECT coalesce(max(id), 0) + 1 FROM b), max(id) FROM a;
COMMIT;
DELETE FROM b WHERE id = (SELECT min(id) FROM b);
