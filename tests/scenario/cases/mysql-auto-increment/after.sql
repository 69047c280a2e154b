INSERT INTO a (v) VALUES (-1);
INSERT INTO b (v) VALUES (-1);
INSERT INTO empty_one (v) VALUES (-1);
INSERT INTO zero (v) VALUES (-1);
INSERT INTO second_key (k) VALUES (-1);
CREATE PROCEDURE must_be_77() IF (SELECT id FROM empty_one) <> 77 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the counter of an empty table was not moved'; END IF;
CALL must_be_77();
DROP PROCEDURE must_be_77;
