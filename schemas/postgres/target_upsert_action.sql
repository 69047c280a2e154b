-- target_upsert_action: writes a row only where it differs, byte by byte.
-- {{columns:assign}}    all but GENERATED ALWAYS identities and generated columns, set to the new
-- {{columns:existing}}  every writable column of the row that is there
-- {{columns:excluded}}  every writable column of the staged row
-- IS DISTINCT FROM would keep 1.0 where 1.00 came, and fails on json (seen on 15). Key columns are
-- written too: equal keys may be of different bytes (citext, numeric).
UPDATE SET {{columns:assign}}
WHERE ROW({{columns:existing}})::pg_catalog.record
    OPERATOR(pg_catalog.*<>) ROW({{columns:excluded}})::pg_catalog.record
