-- target_clash: whether a staged row wants a unique value that a row of another key has.
-- {{ident:table}}  the table
-- {{ident:index}}  the unique index
-- {{ident:stage}}  the stage
-- {{parts:match}}  t's columns of the index = s's
-- {{parts:same}}   t's key = s's
SELECT EXISTS (
    SELECT 1
    FROM {{ident:stage}} AS s
    STRAIGHT_JOIN {{ident:table}} AS t FORCE INDEX ({{ident:index}}) ON {{parts:match}}
    WHERE s.present = 1 AND NOT ({{parts:same}})
)
