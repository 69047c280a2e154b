-- target_create_unverified_key: the keys that have to be compared again, in COPY's text form.
-- The primary key holds 128 bits of the key's hash: the text may be longer than an index entry.
CREATE TABLE IF NOT EXISTS dbsync.target_unverified_key (
    job      pg_catalog.text NOT NULL,
    table_id pg_catalog.int4 NOT NULL,
    hash_1   pg_catalog.int8 NOT NULL,
    hash_2   pg_catalog.int8 NOT NULL,
    key      pg_catalog.text NOT NULL,
    PRIMARY KEY (job, table_id, hash_1, hash_2)
)
