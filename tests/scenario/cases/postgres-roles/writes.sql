-- Writers that hold no privilege on dbsync's objects, that bypass ordinary triggers, that have an
-- empty search_path or one full of traps.
SET SESSION AUTHORIZATION shop_app;
UPDATE account SET balance = balance - 1 WHERE id % 2 = 0;
INSERT INTO note (body) VALUES ('by the application');
UPDATE note SET body = body || '!';
DELETE FROM account WHERE id = (SELECT max(id) FROM account);
SELECT rename_all();
RESET SESSION AUTHORIZATION;
SET session_replication_role = replica;
UPDATE account SET balance = balance + 7 WHERE id % 3 = 0;
INSERT INTO account SELECT max(id) + 100, 1 FROM account;
SET session_replication_role = origin;
SET search_path = '';
UPDATE public.account SET balance = balance + 11 WHERE id % 5 = 0;
CREATE TEMP TABLE account (id int, balance int);
SET search_path = pg_temp, public;
UPDATE public.account SET balance = balance + 13 WHERE id % 7 = 0;
RESET search_path;
DROP TABLE pg_temp.account;
SET default_transaction_isolation = 'serializable';
UPDATE account SET balance = balance + 17 WHERE id % 11 = 0;
SET row_security = off;
SET DateStyle = 'SQL, DMY';
SET bytea_output = 'escape';
UPDATE note SET body = body || '?' WHERE id % 5 = 0;
