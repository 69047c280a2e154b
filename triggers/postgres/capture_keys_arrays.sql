-- capture_keys_arrays: records the keys of a statement's many rows in few deltas.
-- {{ident:delta}}       current slot of the table's deltas
-- {{columns:delta}}     a1 … an
-- {{columns:arrays}}    the arrays of k1 … kn
-- {{ident:rows}}        the transition table
-- {{columns:keys}}      its key columns
-- {{columns:names}}     k1 … kn
-- {{literal:few}}       how many rows are recorded already
-- {{literal:most}}      how many keys one delta may hold
-- {{literal:first}}     the sum of both
-- Numbering the rows costs more than the arrays themselves, and only what is left after a full
-- first array needs it. A DISTINCT aggregate, here of nothing, rules out hashing: that would hold
-- all the arrays at once, where groups in order are made and written one by one.
INSERT INTO {{ident:delta}} (keys, {{columns:delta}})
            SELECT pg_catalog.count(*), {{columns:arrays}}
            FROM (SELECT {{columns:keys}} FROM {{ident:rows}}
                  OFFSET {{literal:few}} LIMIT {{literal:most}}) AS s ({{columns:names}})
            HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 0
            RETURNING keys INTO dbsync_keys;
            IF dbsync_keys OPERATOR(pg_catalog.=) {{literal:most}} THEN
                INSERT INTO {{ident:delta}} (keys, {{columns:delta}})
                SELECT pg_catalog.count(*), {{columns:arrays}}
                FROM (SELECT {{columns:keys}}, (pg_catalog.row_number() OVER ()
                             OPERATOR(pg_catalog.-) 1) OPERATOR(pg_catalog./) {{literal:most}}
                      FROM {{ident:rows}}
                      OFFSET {{literal:first}}) AS s ({{columns:names}}, portion)
                GROUP BY s.portion
                HAVING pg_catalog.count(DISTINCT s.portion) FILTER (WHERE false)
                       OPERATOR(pg_catalog.=) 0;
            END IF;
