-- capture_body_row_hash: row trigger of a table without a key.
-- {{ident:delta}}    current slot of the table's deltas
-- {{literal:id}}     number of the captured table
-- {{ident:table}}    the captured table, whose row type gives the order of the columns
-- {{columns:new}}    all columns of the row as it is now
-- {{columns:old}}    all columns of the row as it was
-- A partition may have its columns in another order than the table that is moved: the row is put
-- together anew, by name.
#variable_conflict use_column
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        INSERT INTO dbsync.whole_delta (table_id) VALUES ({{literal:id}});
        RETURN NULL;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO {{ident:delta}} (row_hash)
        VALUES (hashtextextended(ROW({{columns:new}})::{{ident:table}}::text, 0));
    END IF;
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO {{ident:delta}} (row_hash)
        VALUES (hashtextextended(ROW({{columns:old}})::{{ident:table}}::text, 0));
    END IF;
    RETURN NULL;
END
