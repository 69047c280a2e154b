CREATE TABLE event (id int, region text, at date, v int DEFAULT 0, PRIMARY KEY (id, region, at))
    PARTITION BY LIST (region);
CREATE TABLE event_eu PARTITION OF event FOR VALUES IN ('eu') PARTITION BY RANGE (at);
CREATE TABLE event_eu_old PARTITION OF event_eu FOR VALUES FROM (MINVALUE) TO ('2020-01-01');
CREATE TABLE event_eu_new PARTITION OF event_eu FOR VALUES FROM ('2020-01-01') TO (MAXVALUE);
-- Columns in another order than the root's, as an attached table may have them.
CREATE TABLE event_us (v int DEFAULT 0, at date NOT NULL, region text NOT NULL, id int NOT NULL,
    PRIMARY KEY (id, region, at));
ALTER TABLE event ATTACH PARTITION event_us FOR VALUES IN ('us');
CREATE TABLE event_rest PARTITION OF event DEFAULT;
CREATE TABLE hashed (id int PRIMARY KEY, v text) PARTITION BY HASH (id);
CREATE TABLE hashed_0 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE hashed_1 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1);
