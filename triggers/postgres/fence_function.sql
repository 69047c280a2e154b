-- fence_function: what a fence trigger does: refuse, with the words given at the cutover.
-- {{literal:message}}  the error's text
CREATE OR REPLACE FUNCTION dbsync.fence() RETURNS trigger LANGUAGE plpgsql AS $fence$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'read_only_sql_transaction', MESSAGE = {{literal:message}},
        HINT = 'Connect to the new server.';
END
$fence$
