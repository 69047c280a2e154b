-- gate_insert: insert statements wait while the gate is held, and are refused once it is closed.
-- {{ident:trigger}}   name of the trigger
-- {{ident:table}}     the captured table
CREATE DEFINER = CURRENT_USER TRIGGER {{ident:trigger}}
BEFORE INSERT ON {{ident:table}} FOR EACH ROW
BEGIN
    DECLARE is_closed INT DEFAULT 0;
    DECLARE may_pass INT DEFAULT 0;
    DECLARE refusal VARCHAR(128) CHARACTER SET utf8mb4 DEFAULT '';
    SELECT state, message, CAST(@_dbsync_pass AS BINARY) <=> CAST(token AS BINARY)
        INTO is_closed, refusal, may_pass
        FROM `_dbsync_gate` WHERE id = 1 LOCK IN SHARE MODE;
    IF is_closed = 1 AND may_pass = 0 THEN
        SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 1290, MESSAGE_TEXT = refusal;
    END IF;
END
