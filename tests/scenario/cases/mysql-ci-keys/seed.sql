INSERT INTO ci (k) VALUES ('a'), ('b'), ('é2'), ('ß'), ('x '), ('\\'), (''), ('😀');
INSERT INTO uni (k) VALUES ('a'), ('b'), ('é2'), ('straße'), ('');
INSERT INTO bin_key (k) VALUES ('a'), ('A'), ('é'), ('e'), ('');
INSERT INTO latin (k) VALUES ('a'), ('b'), ('é'), ('ÿ');
INSERT INTO padded (k) VALUES ('a'), ('b'), ('');
INSERT INTO pair (a, b) VALUES ('a', 1), ('a', 2), ('b', 1);
INSERT INTO slugs VALUES (1, 'one'), (2, 'two'), (3, 'three');
