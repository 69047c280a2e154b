CREATE TABLE vehicle (id int PRIMARY KEY, v text);
CREATE TABLE car (doors int, PRIMARY KEY (id)) INHERITS (vehicle);
CREATE TABLE bus (seats int) INHERITS (vehicle);
ALTER TABLE bus ADD PRIMARY KEY (id);
