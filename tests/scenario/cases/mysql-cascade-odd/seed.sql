INSERT INTO code (code) VALUES ('x'), ('y'), ('z');
INSERT INTO coded (code) VALUES ('x'), ('x'), ('z');
INSERT INTO owner (name) VALUES ('old'), ('stays');
INSERT INTO owned SELECT id, name FROM owner;
INSERT INTO owned SELECT id, name FROM owner;
INSERT INTO stays (n) VALUES (1);
INSERT INTO goes (stays) SELECT id FROM stays;
INSERT INTO holds (stays) SELECT id FROM stays;
