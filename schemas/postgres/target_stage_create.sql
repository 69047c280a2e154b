-- target_stage_create: a session's stage of a table: key, whether there is a row, the row.
-- {{ident:stage}}   name of the stage
-- {{parts:fields}}  k1 …, present, c1 …, typed and collated as the table's columns
-- {{parts:table}}   the table
CREATE TEMPORARY TABLE {{ident:stage}} AS
SELECT {{parts:fields}}
FROM {{parts:table}} AS t
WITH NO DATA
