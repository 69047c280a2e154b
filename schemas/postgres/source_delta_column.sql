-- source_delta_column: a key column of a delta table, of a type without collations.
-- {{ident:column}}  k1 … kn
-- {{ident:type}}    the key column's type without its modifier (of a domain: the base type)
{{ident:column}} {{ident:type}}
