-- drop_schema: the schema, once it is empty (the other role of this database may live in it, too).
-- Not CASCADE: it must not take away what dbsync did not make.
DO $drop$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_class c
                   WHERE c.relnamespace = pg_catalog.to_regnamespace('dbsync'))
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_proc p
                       WHERE p.pronamespace = pg_catalog.to_regnamespace('dbsync'))
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_type t
                       WHERE t.typnamespace = pg_catalog.to_regnamespace('dbsync')) THEN
        DROP SCHEMA IF EXISTS dbsync;
    END IF;
END
$drop$
