-- capture_body_row: row trigger of a table with a key.
-- {{ident:delta}}       current slot of the table's deltas
-- {{literal:id}}        number of the captured table
-- {{columns:delta}}     k1 … kn
-- {{columns:new}}       key columns of the row as it is now
-- {{columns:old}}       key columns of the row as it was
-- Keys are compared as records, byte by byte: an equality operator need not be in the search path.
-- No SET search_path, as in capture_body_statement: everything is qualified.
#variable_conflict use_column
BEGIN
    IF TG_OP OPERATOR(pg_catalog.=) 'TRUNCATE' THEN
        INSERT INTO dbsync.whole_delta (table_id) VALUES ({{literal:id}});
        RETURN NULL;
    END IF;
    IF TG_OP OPERATOR(pg_catalog.<>) 'DELETE' THEN
        INSERT INTO {{ident:delta}} ({{columns:delta}}) VALUES ({{columns:new}});
        IF TG_OP OPERATOR(pg_catalog.=) 'INSERT'
           OR ROW({{columns:new}})::pg_catalog.record OPERATOR(pg_catalog.*=)
              ROW({{columns:old}})::pg_catalog.record THEN
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO {{ident:delta}} ({{columns:delta}}) VALUES ({{columns:old}});
    RETURN NULL;
END
