-- target_raise_sequence: makes a sequence's next value larger than every value of its column.
-- {{ident:sequence}}     the sequence
-- {{literal:sequence}}   the same as a quoted, qualified name
-- {{ident:table}}        the table whose column it numbers
-- {{ident:column}}       the column
-- {{literal:increment}}  the sequence's step
-- {{literal:largest}}    the sequence's largest value
SELECT pg_catalog.setval({{literal:sequence}}::pg_catalog.regclass, x.used, true)
FROM (SELECT max({{ident:column}})::pg_catalog.int8 AS used FROM {{ident:table}}) AS x,
    {{ident:sequence}} AS q
WHERE x.used::pg_catalog.numeric >= q.last_value::pg_catalog.numeric
        + CASE WHEN q.is_called THEN {{literal:increment}} ELSE 0 END
    AND x.used <= {{literal:largest}}
