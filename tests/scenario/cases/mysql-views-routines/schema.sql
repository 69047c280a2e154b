CREATE TABLE t (id int PRIMARY KEY, v int DEFAULT 0, s varchar(20));
CREATE FUNCTION twice(x int) RETURNS int DETERMINISTIC RETURN x * 2;
CREATE PROCEDURE bump(IN by_how int, OUT total int)
BEGIN
    UPDATE t SET v = v + by_how;
    SELECT SUM(v) INTO total FROM t;
END;
CREATE VIEW b_first AS SELECT id, twice(v) AS w FROM t WHERE s <> 'it''s';
CREATE VIEW a_second AS SELECT id, w + 1 AS w FROM b_first;
CREATE SQL SECURITY INVOKER VIEW updatable AS SELECT id, v FROM t WHERE v >= 0 WITH LOCAL CHECK OPTION;
SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT';
CREATE VIEW "quoted view" AS SELECT "id", s || '-' || "id" AS "the text" FROM t;
CREATE FUNCTION other_mode() RETURNS varchar(20) DETERMINISTIC RETURN 'a' || 'b';
