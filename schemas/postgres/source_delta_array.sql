-- source_delta_array: the column of a delta table that holds many values of a key column.
-- {{ident:column}}  a1 … an
-- {{ident:type}}    the key column's type without its modifier (of a domain: the base type)
{{ident:column}} {{ident:type}}[]
