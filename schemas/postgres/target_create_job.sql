-- target_create_job: what the target remembers of each job, written with the rows it speaks of.
CREATE TABLE IF NOT EXISTS dbsync.target_job (
    job               pg_catalog.text PRIMARY KEY,
    source_identity   pg_catalog.text NOT NULL,
    watermark         pg_catalog.text NOT NULL DEFAULT '',
    watermark_unix_us pg_catalog.int8 NOT NULL DEFAULT 0,
    rows_copied       pg_catalog.bool NOT NULL DEFAULT false,
    indexes_built     pg_catalog.bool NOT NULL DEFAULT false,
    tracks_unverified pg_catalog.bool NOT NULL DEFAULT false,
    verified          pg_catalog.bool NOT NULL DEFAULT false,
    woken             pg_catalog.bool NOT NULL DEFAULT false
)
