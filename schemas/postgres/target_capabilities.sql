-- target_capabilities: what this role may do in this database, for inspection.
-- standby, temporary tables, our schema, server process, our tables, new schemas, the role.
SELECT pg_catalog.pg_is_in_recovery(),
    pg_catalog.has_database_privilege(pg_catalog.current_database(), 'TEMPORARY'),
    CASE WHEN pg_catalog.to_regnamespace('dbsync') IS NULL
        THEN pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')
        ELSE pg_catalog.has_schema_privilege('dbsync', 'CREATE')
            AND pg_catalog.has_schema_privilege('dbsync', 'USAGE')
    END,
    pg_catalog.pg_backend_pid(),
    pg_catalog.to_regclass('dbsync.target_job') IS NOT NULL,
    pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE'),
    current_user
