-- source_schema: the schema that holds every object of dbsync on the source.
CREATE SCHEMA IF NOT EXISTS dbsync
