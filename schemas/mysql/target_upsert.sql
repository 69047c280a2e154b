-- target_upsert: makes the rows of the staged keys equal to the staged rows.
-- {{ident:table}}      the table; it has no other unique index than that of its key
-- {{columns:columns}}  its writable columns
-- {{parts:staged}}     the same columns of the stage
-- {{ident:stage}}      the stage
-- {{parts:assign}}     each column = the stage's; the key's too, as 'A' equals 'a' and is not 'a'
INSERT INTO {{ident:table}} ({{columns:columns}})
SELECT {{parts:staged}}
FROM {{ident:stage}} AS s
WHERE s.present = 1
ON DUPLICATE KEY UPDATE {{parts:assign}}
