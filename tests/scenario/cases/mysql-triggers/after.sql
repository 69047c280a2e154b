-- What slept is awake: the audit grows again on the target, once for each change.
SET @before = (SELECT COUNT(*) FROM audit);
UPDATE item SET v = 'on the target' WHERE id = 10;
CREATE PROCEDURE must_be_one() IF (SELECT COUNT(*) FROM audit) <> @before + 1 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the trigger did not fire once'; END IF;
CALL must_be_one();
DROP PROCEDURE must_be_one;
