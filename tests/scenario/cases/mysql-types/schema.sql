CREATE TABLE numbers (id int PRIMARY KEY, u bigint unsigned, s bigint, t tinyint, b bit(64), d decimal(65,30), f float,
    r double, bo boolean, z int(8) zerofill);
CREATE TABLE words (id int PRIMARY KEY, c char(5), v varchar(300), l varchar(50) CHARACTER SET latin1, u3 varchar(50) CHARACTER SET utf8mb3,
    u16 varchar(20) CHARACTER SET utf16, m mediumtext, e enum('a', 'b''c', '1'), s set('x', 'y z', '1'), n binary(5), w varbinary(300), bb longblob);
CREATE TABLE times (id int PRIMARY KEY, d date, dt datetime(6), ts timestamp(6) NULL, t time(6), y year);
CREATE TABLE documents (id int PRIMARY KEY, j json, g geometry, p point);
