-- target_insert: inserts the staged rows.
-- {{ident:table}}    the table
-- {{parts:columns}}  its writable columns in parentheses; nothing if there are none
-- {{parts:distinct}} DISTINCT ON the stage's key where a key has one row, else nothing
-- {{parts:staged}}   the same columns of the stage
-- {{ident:stage}}    the stage
-- {{parts:order}}    ORDER BY the stage's key
INSERT INTO {{ident:table}} {{parts:columns}} OVERRIDING SYSTEM VALUE
SELECT {{parts:distinct}} {{parts:staged}}
FROM pg_temp.{{ident:stage}} AS s
WHERE s.present
ORDER BY {{parts:order}}
