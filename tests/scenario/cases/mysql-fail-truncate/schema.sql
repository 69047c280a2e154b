CREATE TABLE t (id int PRIMARY KEY, v int);
CREATE TABLE quiet (id int PRIMARY KEY);
