-- What the stage before has inserted, and the target has, is touched by nothing but the cascade.
UPDATE IGNORE code SET code = 'y' WHERE code = 'x';
DELETE FROM owner WHERE name = 'old';
UPDATE owner SET id = id + 1000 WHERE name = 'stays';
DELETE IGNORE FROM stays;
INSERT INTO goes (stays) SELECT id FROM stays;
INSERT INTO coded (code) VALUES ('x'), ('z');
INSERT INTO owner (name) VALUES ('old');
INSERT INTO owned SELECT id, 'again' FROM owner WHERE name = 'old';
INSERT INTO owned SELECT id, 'again' FROM owner WHERE name = 'old';
