CREATE TABLE t (id int PRIMARY KEY, v int DEFAULT 0);
CREATE TABLE pair (a int, b varchar(20), v int DEFAULT 0, PRIMARY KEY (a, b));
CREATE TABLE only_key (a int, b int, PRIMARY KEY (a, b));
CREATE TABLE by_unique (code varchar(20) NOT NULL UNIQUE, v int DEFAULT 0);
CREATE TABLE by_time (at timestamp(6) NOT NULL PRIMARY KEY, v int DEFAULT 0);
CREATE TABLE by_bytes (k varbinary(20) PRIMARY KEY, v int DEFAULT 0);
CREATE TABLE by_number (k decimal(30,10) PRIMARY KEY, v int DEFAULT 0);
CREATE TABLE by_big (k bigint unsigned PRIMARY KEY, v int DEFAULT 0);
CREATE TABLE by_enum (k enum('b', 'a', 'c'), d date, PRIMARY KEY (k, d), v int DEFAULT 0);
