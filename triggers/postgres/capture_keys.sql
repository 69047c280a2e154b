-- capture_keys: records the keys of a statement's rows: the first few in a delta each.
-- {{ident:delta}}      current slot of the table's deltas
-- {{columns:delta}}    k1 … kn
-- {{ident:rows}}       the transition table
-- {{columns:keys}}     its key columns
-- {{literal:few}}      how many rows are recorded like this
-- {{parts:rest}}       what records the rows after those
-- A transition table is read in the same order each time: LIMIT and OFFSET take it apart.
INSERT INTO {{ident:delta}} ({{columns:delta}})
        SELECT {{columns:keys}} FROM {{ident:rows}} LIMIT {{literal:few}};
        GET DIAGNOSTICS dbsync_keys = ROW_COUNT;
        IF dbsync_keys OPERATOR(pg_catalog.=) {{literal:few}} THEN
            {{parts:rest}}
        END IF;
