-- source_delta: one slot of a table's deltas: which transaction touched which key, or which keys.
-- {{ident:delta}}        dbsync.delta_<table id>_<slot>
-- {{parts:key_columns}}  k1 … kn, and a1 … an where keys can stand in arrays; or row_hash
-- Never analysed: stale statistics make the planner scan the captured table, and dead rows do not
-- occur (slots are truncated, not deleted from).
CREATE TABLE {{ident:delta}} (
    txid bigint NOT NULL DEFAULT txid_current(),
    seq bigint GENERATED ALWAYS AS IDENTITY (CACHE 32),
    keys integer,
    {{parts:key_columns}},
    PRIMARY KEY (txid, seq)
) WITH (autovacuum_enabled = off, toast.autovacuum_enabled = off)
