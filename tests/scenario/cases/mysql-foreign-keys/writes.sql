-- Three levels down, by key and by value.
DELETE FROM customer WHERE id = (SELECT m FROM (SELECT MIN(id) AS m FROM customer WHERE id > 10) x);
UPDATE customer SET id = id + 5000, v = v + 1 WHERE id BETWEEN 40 AND 43;
UPDATE customer SET id = id - 5000 WHERE id > 5000 AND id % 2 = 0;
UPDATE orders SET id = id + 3000 WHERE id = (SELECT m FROM (SELECT MIN(id) AS m FROM orders WHERE id BETWEEN 1050 AND 1100) x);
-- Only the case changes: it goes down byte for byte.
UPDATE customer SET code = IF(BINARY code = BINARY LOWER(code), UPPER(code), LOWER(code)) WHERE id % 10 = 7;
UPDATE customer SET code = CONCAT(code, '+') WHERE id % 10 = 8;
-- A middle row that moves under a parent, is taken away with it, and comes back.
BEGIN;
INSERT INTO customer VALUES (9000, 'gone', 0);
UPDATE orders SET customer_id = 9000 WHERE id = 1001;
DELETE FROM customer WHERE id = 9000;
INSERT INTO orders VALUES (1001, 1, 7);
INSERT INTO line VALUES (1001, 2, 7, 10012);
COMMIT;
INSERT INTO customer VALUES (9001, 'gone too', 0);
UPDATE orders SET customer_id = 9001 WHERE id = 1002;
DELETE FROM customer WHERE id = 9001;
INSERT INTO orders VALUES (1002, 2, 8);
DELETE FROM line WHERE order_id = 3 AND n = 1;
INSERT INTO line (order_id, n) VALUES (3, 1);
-- Rows of the parent that go and come back under the same value, without their children.
DELETE FROM orders WHERE id = 5;
INSERT INTO orders VALUES (5, 5, 0);
INSERT INTO line (order_id, n) VALUES (5, 1);
UPDATE line SET no = no + 1000000 WHERE order_id = 20;
UPDATE room SET house = house + 1, v = v + 1 WHERE n % 20 = 3;
DELETE FROM room ORDER BY n LIMIT 1;
DELETE FROM employee WHERE id = 3;
INSERT INTO employee VALUES (3, 2, 1), (4, 3, 2), (5, 4, 3);
DELETE FROM employee WHERE id = 6;
INSERT INTO employee VALUES (6, NULL, 5);
DELETE FROM top WHERE id = (SELECT m FROM (SELECT MIN(id) AS m FROM top) x);
UPDATE top SET id = id + 1000 WHERE id = (SELECT m FROM (SELECT MAX(id) AS m FROM top WHERE id < 1000) x);
INSERT INTO bottom SELECT MAX(id) + 200, NULL, NULL FROM bottom;
SET foreign_key_checks = 0;
UPDATE customer SET v = v + 1 WHERE id = 60;
REPLACE INTO customer VALUES (61, 'c61', 5);
SET foreign_key_checks = 1;
REPLACE INTO customer VALUES (62, 'c62', 6);
