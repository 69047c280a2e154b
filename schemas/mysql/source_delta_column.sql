-- source_delta_column: one column of a delta or mark table.
-- {{ident:column}}  k1, k2 …
-- {{parts:type}}    the type of the captured column, with character set and collation
{{ident:column}} {{parts:type}} NOT NULL
