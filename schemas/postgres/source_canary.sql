-- source_canary: a table of dbsync's own, captured like any other.
CREATE TABLE IF NOT EXISTS dbsync.canary (id integer PRIMARY KEY, chirps bigint NOT NULL)
