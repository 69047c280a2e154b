-- capture_keys_any_width: looks at the width of the keys before they are put into arrays.
-- {{ident:delta}}       current slot of the table's deltas
-- {{columns:delta}}     k1 … kn
-- {{ident:rows}}        the transition table
-- {{columns:keys}}      its key columns
-- {{columns:widths}}    the sum of their widths, each as an array of one, which is never compressed
-- {{literal:widest}}    the largest sum for which arrays are made
-- {{literal:few}}       how many rows are recorded already
-- {{parts:narrow}}      what records the rows after those in arrays
-- Arrays of wide keys would need memory without a limit, and fail the writer at 1 GB.
IF EXISTS (SELECT FROM {{ident:rows}}
                       WHERE {{columns:widths}} OPERATOR(pg_catalog.>) {{literal:widest}}) THEN
                INSERT INTO {{ident:delta}} ({{columns:delta}})
                SELECT {{columns:keys}} FROM {{ident:rows}} OFFSET {{literal:few}};
            ELSE
                {{parts:narrow}}
            END IF;
