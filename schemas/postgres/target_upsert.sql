-- target_upsert: makes the rows of the staged keys equal to the staged rows, by the key's index.
-- A key may be staged twice, with the same row: one of them is taken.
-- {{ident:table}}         the table
-- {{columns:columns}}     its writable columns
-- {{parts:staged}}        the same columns of the stage
-- {{ident:stage}}         the stage
-- {{parts:order}}         the stage's key: in its order the work is half of that in random order
-- {{columns:key}}         the key's columns
-- {{parts:action}}        UPDATE SET …, or NOTHING where no column can be updated
INSERT INTO {{ident:table}} AS t ({{columns:columns}}) OVERRIDING SYSTEM VALUE
SELECT DISTINCT ON ({{parts:order}}) {{parts:staged}}
FROM pg_temp.{{ident:stage}} AS s
WHERE s.present
ORDER BY {{parts:order}}
ON CONFLICT ({{columns:key}}) DO {{parts:action}}
