-- source_delta_row_hash: in place of key columns where a table has no key.
row_hash bigint NOT NULL
