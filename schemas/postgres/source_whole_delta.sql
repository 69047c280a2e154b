-- source_whole_delta: tables of which every row has to be read anew, after a TRUNCATE.
CREATE TABLE IF NOT EXISTS dbsync.whole_delta (
    txid bigint NOT NULL DEFAULT txid_current(),
    seq bigint GENERATED ALWAYS AS IDENTITY,
    table_id integer NOT NULL,
    PRIMARY KEY (txid, seq)
)
