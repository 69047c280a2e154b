CREATE TABLE blob (id int PRIMARY KEY, t text, b bytea, j jsonb);
CREATE TABLE wide_key (k text PRIMARY KEY, v text);
ALTER TABLE blob ALTER t SET STORAGE EXTERNAL;
