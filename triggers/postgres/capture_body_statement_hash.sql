-- capture_body_statement_hash: statement triggers of a table without a key.
-- {{ident:delta}}   current slot of the table's deltas
-- {{literal:id}}    number of the captured table
#variable_conflict use_column
BEGIN
    IF TG_OP OPERATOR(pg_catalog.=) 'TRUNCATE' THEN
        INSERT INTO dbsync.whole_delta (table_id) VALUES ({{literal:id}});
    ELSIF TG_OP OPERATOR(pg_catalog.=) 'DELETE' THEN
        INSERT INTO {{ident:delta}} (row_hash)
        SELECT DISTINCT hashtextextended((dbsync_old.*)::text, 0) FROM dbsync_old;
    ELSIF TG_OP OPERATOR(pg_catalog.=) 'INSERT' THEN
        INSERT INTO {{ident:delta}} (row_hash)
        SELECT hashtextextended((dbsync_new.*)::text, 0) FROM dbsync_new;
    ELSE
        INSERT INTO {{ident:delta}} (row_hash)
        SELECT hashtextextended((dbsync_old.*)::text, 0) FROM dbsync_old
        UNION
        SELECT hashtextextended((dbsync_new.*)::text, 0) FROM dbsync_new;
    END IF;
    RETURN NULL;
END
