CREATE TABLE s1 (id serial PRIMARY KEY, v int);
CREATE TABLE s2 (id bigserial PRIMARY KEY, v int);
CREATE SEQUENCE free_one START 1000 INCREMENT 10 CACHE 5;
CREATE SEQUENCE backwards INCREMENT -3 MAXVALUE 100 MINVALUE -1000000 START 100;
CREATE SEQUENCE untouched START 42;
CREATE SEQUENCE "Quoted Seq" AS smallint CYCLE;
CREATE TABLE uses_free (id bigint PRIMARY KEY DEFAULT nextval('free_one'), v int);
CREATE TABLE uses_back (id bigint PRIMARY KEY DEFAULT nextval('backwards'), v int);
