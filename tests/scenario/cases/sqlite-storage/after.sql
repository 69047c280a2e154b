-- The counter goes on where the source's stood, above every id ever given out.
CREATE TEMP TABLE seen_ids (id INTEGER CHECK (id > 100));
INSERT INTO auto (v) VALUES ('on the target');
INSERT INTO seen_ids SELECT max(id) FROM auto;
