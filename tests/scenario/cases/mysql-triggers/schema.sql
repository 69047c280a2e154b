CREATE TABLE item (id int PRIMARY KEY, v varchar(50), changed int DEFAULT 0);
CREATE TABLE audit (id int AUTO_INCREMENT PRIMARY KEY, what varchar(20), item_id int);
CREATE TABLE counter (id int PRIMARY KEY, n int);
CREATE TRIGGER item_bi BEFORE INSERT ON item FOR EACH ROW SET NEW.v = UPPER(NEW.v);
CREATE TRIGGER item_ai AFTER INSERT ON item FOR EACH ROW
BEGIN
    INSERT INTO audit (what, item_id) VALUES ('insert', NEW.id);
    UPDATE counter SET n = n + 1 WHERE id = 1;
END;
CREATE TRIGGER item_bu BEFORE UPDATE ON item FOR EACH ROW SET NEW.changed = OLD.changed + 1;
CREATE TRIGGER item_au AFTER UPDATE ON item FOR EACH ROW INSERT INTO audit (what, item_id) VALUES ('update', NEW.id);
CREATE TRIGGER item_au2 AFTER UPDATE ON item FOR EACH ROW FOLLOWS item_au UPDATE counter SET n = n + 1 WHERE id = 2;
CREATE TRIGGER item_ad AFTER DELETE ON item FOR EACH ROW INSERT INTO audit (what, item_id) VALUES ('delete', OLD.id);
CREATE EVENT tick ON SCHEDULE EVERY 1 SECOND STARTS '2026-01-01 00:00:00' DO INSERT INTO audit (what, item_id) VALUES ('event', 0);
ALTER EVENT tick DISABLE;
CREATE EVENT later ON SCHEDULE EVERY 1 DAY STARTS '2037-01-01 00:00:00' COMMENT 'asleep until then' DO DELETE FROM audit;
