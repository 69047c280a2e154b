-- source_delta_column_collated: a key column of a delta table, collated like the captured one.
-- {{ident:column}}     k1 … kn
-- {{ident:type}}       the key column's type without its modifier (of a domain: the base type)
-- {{ident:collation}}  the key column's collation
{{ident:column}} {{ident:type}} COLLATE {{ident:collation}}
