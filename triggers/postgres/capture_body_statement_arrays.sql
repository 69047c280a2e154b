-- capture_body_statement_arrays: statement triggers of a table whose keys can stand in arrays.
-- {{ident:delta}}       current slot of the table's deltas
-- {{literal:id}}        number of the captured table
-- {{columns:delta}}     k1 … kn
-- {{parts:new}}         capture_keys of the rows as they are now
-- {{parts:old}}         capture_keys of the rows as they were
-- {{columns:row_old}}   key columns of the one row whose key an UPDATE has changed
-- No SET search_path, as in capture_body_statement: everything is qualified.
#variable_conflict use_column
DECLARE
    dbsync_keys bigint;
BEGIN
    IF TG_OP OPERATOR(pg_catalog.=) 'TRUNCATE' THEN
        INSERT INTO dbsync.whole_delta (table_id) VALUES ({{literal:id}});
    ELSIF TG_OP OPERATOR(pg_catalog.=) 'DELETE' THEN
        {{parts:old}}
    ELSIF TG_LEVEL OPERATOR(pg_catalog.=) 'STATEMENT' THEN
        {{parts:new}}
    ELSE
        INSERT INTO {{ident:delta}} ({{columns:delta}}) VALUES ({{columns:row_old}});
    END IF;
    RETURN NULL;
END
