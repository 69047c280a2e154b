CREATE TABLE one (id bigint PRIMARY KEY, v text);
CREATE TABLE two (a int, b text COLLATE "C", v int, PRIMARY KEY (b, a));
CREATE TABLE only_key (k uuid PRIMARY KEY);
CREATE TABLE by_unique (code text NOT NULL UNIQUE, v int);
