-- query_source_type_shapes: enums and composite types as they are now; a subselect in FROM.
(SELECT t.oid AS type, format_type(t.oid, NULL) AS name, t.typtype = 'e' AS is_enum,
        coalesce(CASE WHEN t.typtype = 'e' THEN (
            SELECT jsonb_object_agg(e.oid, e.enumlabel) FROM pg_enum e WHERE e.enumtypid = t.oid)
        ELSE (
            SELECT jsonb_object_agg(a.attnum,
                                    a.attname || ' ' || format_type(a.atttypid, a.atttypmod))
            FROM pg_attribute a
            WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped)
        END, '{}') AS shape
    FROM pg_type t WHERE t.typtype IN ('e', 'c'))
