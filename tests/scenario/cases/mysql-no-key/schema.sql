CREATE TABLE plain (a int, b varchar(50));
CREATE TABLE history (tid int, bid int, delta int, at datetime, filler char(22));
CREATE TABLE nullable_unique (a int UNIQUE, b varchar(50));
CREATE TABLE one_column (v varchar(20));
CREATE TABLE floats (f float, d double, x decimal(20,10));
CREATE TABLE cased (v varchar(20) COLLATE utf8mb4_general_ci, w char(5));
CREATE TABLE wide_rows (v mediumtext);
