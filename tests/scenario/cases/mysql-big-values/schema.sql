CREATE TABLE big (id int PRIMARY KEY, b longblob, t longtext);
CREATE TABLE many (id int PRIMARY KEY, v varchar(2000));
