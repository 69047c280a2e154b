UPDATE fleeting SET v = v || '+' WHERE id % 2 = 0;
UPDATE filled SET v = v || '+';
UPDATE included SET v = v || '+', id = -id WHERE abs(id) % 5 = 0;
UPDATE deferred_key SET id = 51 - id;
UPDATE checked SET v = v + 1;
UPDATE replica_full SET v = v || '+' WHERE id < 20;
DELETE FROM replica_full WHERE id = (SELECT max(id) FROM replica_full);
