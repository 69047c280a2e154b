-- On the target, as the application would go on.
INSERT INTO always (v) VALUES ('on the target');
INSERT INTO by_default (v) VALUES ('on the target');
INSERT INTO computed (w, h) VALUES (3, 4);
