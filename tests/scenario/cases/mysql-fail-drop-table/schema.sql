CREATE TABLE t (id int PRIMARY KEY, v int);
CREATE TABLE keep (id int PRIMARY KEY);
