CREATE TABLE t (id int PRIMARY KEY, u int UNIQUE, v int DEFAULT 0, w varchar(50));
CREATE TABLE other (id int PRIMARY KEY, v int);
CREATE TABLE hot (id int PRIMARY KEY, n int);
