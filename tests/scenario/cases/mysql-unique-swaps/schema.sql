CREATE TABLE t (id int PRIMARY KEY, slug varchar(30) NOT NULL UNIQUE, pos int, grp int, UNIQUE (grp, pos));
CREATE TABLE u (id int PRIMARY KEY, a varchar(20) COLLATE utf8mb4_general_ci UNIQUE, b varbinary(20) UNIQUE);
