CREATE TABLE t (id bigint unsigned PRIMARY KEY, d decimal(65,30), f float, r double, b bit(12), e enum('a', 'b''c', 'ü'), s set('x', 'y z'),
    c char(5), v varchar(300), l varchar(50) CHARACTER SET latin1, m mediumtext, n binary(5), w varbinary(300), bb longblob,
    dt date, at datetime(6), ts timestamp(3) NULL, ti time(6), y year, bo boolean DEFAULT TRUE);
