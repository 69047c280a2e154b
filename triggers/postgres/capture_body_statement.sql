-- capture_body_statement: statement triggers of a table whose keys cannot stand in arrays.
-- {{ident:delta}}       current slot of the table's deltas
-- {{literal:id}}        number of the captured table
-- {{columns:delta}}     k1 … kn
-- {{columns:new}}       key columns of the rows as they are now
-- {{columns:old}}       key columns of the rows as they were
-- {{columns:row_old}}   key columns of the one row whose key an UPDATE has changed
-- No SET search_path: changing it at every call costs the writer about as much as the rest of the
-- trigger. Instead every table and operator here is qualified, so that no path can redirect it.
#variable_conflict use_column
BEGIN
    IF TG_OP OPERATOR(pg_catalog.=) 'TRUNCATE' THEN
        INSERT INTO dbsync.whole_delta (table_id) VALUES ({{literal:id}});
    ELSIF TG_OP OPERATOR(pg_catalog.=) 'DELETE' THEN
        INSERT INTO {{ident:delta}} ({{columns:delta}}) SELECT {{columns:old}} FROM dbsync_old;
    ELSIF TG_LEVEL OPERATOR(pg_catalog.=) 'STATEMENT' THEN
        INSERT INTO {{ident:delta}} ({{columns:delta}}) SELECT {{columns:new}} FROM dbsync_new;
    ELSE
        INSERT INTO {{ident:delta}} ({{columns:delta}}) VALUES ({{columns:row_old}});
    END IF;
    RETURN NULL;
END
