-- source_delta_array_collated: the same for a key column with a collation.
-- {{ident:column}}     a1 … an
-- {{ident:type}}       the key column's type without its modifier (of a domain: the base type)
-- {{ident:collation}}  the key column's collation
{{ident:column}} {{ident:type}}[] COLLATE {{ident:collation}}
