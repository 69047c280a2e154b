-- source_canary_row: the row that prove_capture changes and rolls back.
INSERT INTO dbsync.canary (id, chirps) VALUES (1, 0) ON CONFLICT DO NOTHING
