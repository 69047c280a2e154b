CREATE PROCEDURE drop_one() BEGIN
    SET @drop = (SELECT CONCAT('DROP TRIGGER `', trigger_name, '`') FROM information_schema.triggers
        WHERE trigger_schema = DATABASE() AND event_object_table = 't' ORDER BY trigger_name LIMIT 1);
    PREPARE drop_it FROM @drop;
    EXECUTE drop_it;
END;
CALL drop_one();
DROP PROCEDURE drop_one;
UPDATE t SET v = 5;
