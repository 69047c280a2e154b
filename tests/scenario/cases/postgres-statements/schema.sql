CREATE TABLE t (id int PRIMARY KEY, v int DEFAULT 0, w text);
CREATE TABLE log (id serial PRIMARY KEY, t_id int);
CREATE TABLE hot (id int PRIMARY KEY, n int);
