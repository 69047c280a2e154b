INSERT INTO code (code) VALUES ('x'), ('y'), ('z');
INSERT INTO coded (code) VALUES ('x'), ('x'), ('z');
INSERT INTO owner (name) VALUES ('old'), ('stays');
INSERT INTO owned SELECT id, name FROM owner;
INSERT INTO owned SELECT id, name FROM owner;
