CREATE TABLE ci (k varchar(30) COLLATE utf8mb4_general_ci PRIMARY KEY, v int DEFAULT 0);
CREATE TABLE uni (k varchar(30) COLLATE utf8mb4_unicode_ci PRIMARY KEY, v int DEFAULT 0);
CREATE TABLE bin_key (k varchar(30) COLLATE utf8mb4_bin PRIMARY KEY, v int DEFAULT 0);
CREATE TABLE latin (k varchar(30) CHARACTER SET latin1 PRIMARY KEY, v int DEFAULT 0);
CREATE TABLE padded (k char(10) COLLATE utf8mb4_general_ci PRIMARY KEY, v int DEFAULT 0);
CREATE TABLE pair (a varchar(20) COLLATE utf8mb4_general_ci, b int, v int DEFAULT 0, PRIMARY KEY (a, b));
CREATE TABLE slugs (id int PRIMARY KEY, slug varchar(20) COLLATE utf8mb4_general_ci UNIQUE);
