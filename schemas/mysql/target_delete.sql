-- target_delete: removes the rows of staged keys, found by the key's index whatever the server's
-- statistics say.
-- {{ident:table}}      the table
-- {{ident:index}}      the index of its key
-- {{ident:stage}}      the stage
-- {{parts:match}}      t's key = s's
-- {{literal:present}}  1: of the keys that have a row at the source; 0: of those that have none
DELETE t
FROM {{ident:stage}} AS s
STRAIGHT_JOIN {{ident:table}} AS t FORCE INDEX ({{ident:index}}) ON {{parts:match}}
WHERE s.present = {{literal:present}}
