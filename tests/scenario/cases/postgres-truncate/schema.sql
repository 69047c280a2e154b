CREATE TABLE parent (id int PRIMARY KEY, v text);
CREATE TABLE child (id int PRIMARY KEY, parent_id int REFERENCES parent, v text);
CREATE TABLE grandchild (id int PRIMARY KEY, child_id int REFERENCES child);
CREATE TABLE lone (id serial PRIMARY KEY, v text);
CREATE TABLE keyless (v text);
CREATE TABLE parted (id int, v text, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE parted_low PARTITION OF parted FOR VALUES FROM (MINVALUE) TO (100);
CREATE TABLE parted_high PARTITION OF parted FOR VALUES FROM (100) TO (MAXVALUE);
