-- drop_common: what belongs to no single table; the last step before the schema itself.
DROP FUNCTION IF EXISTS dbsync.fence();
DROP TABLE IF EXISTS dbsync.canary, dbsync.whole_delta, dbsync.captured_relation,
    dbsync.captured_type, dbsync.captured_table, dbsync.capture
