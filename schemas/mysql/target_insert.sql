-- target_insert: inserts the staged rows.
-- {{ident:table}}      the table
-- {{columns:columns}}  its writable columns
-- {{parts:staged}}     the same columns of the stage
-- {{ident:stage}}      the stage
INSERT INTO {{ident:table}} ({{columns:columns}})
SELECT {{parts:staged}}
FROM {{ident:stage}} AS s
WHERE s.present = 1
