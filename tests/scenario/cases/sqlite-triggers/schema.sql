CREATE TABLE item (id INTEGER PRIMARY KEY, v TEXT, changed INTEGER DEFAULT 0);
CREATE TABLE audit (id INTEGER PRIMARY KEY AUTOINCREMENT, item_id, what);
CREATE TRIGGER item_log AFTER UPDATE OF v ON item BEGIN
    INSERT INTO audit (item_id, what) VALUES (NEW.id, 'update; "quoted" -- text');
    UPDATE item SET changed = changed + 1 WHERE id = NEW.id;
END;
CREATE TRIGGER item_gone AFTER DELETE ON item BEGIN INSERT INTO audit (item_id, what) VALUES (OLD.id, 'delete'); END;
CREATE TRIGGER item_new BEFORE INSERT ON item WHEN NEW.v = 'refused' BEGIN SELECT RAISE(IGNORE); END;
