CREATE TEMP TABLE counted (n INTEGER CHECK (n = 2));
CREATE TEMP TABLE before AS SELECT count(*) AS n FROM audit;
UPDATE item SET v = 'on the target' WHERE id = 7;
DELETE FROM item WHERE id = 8;
INSERT INTO counted SELECT (SELECT count(*) FROM audit) - n FROM before;
