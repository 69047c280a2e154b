-- before_insert: records the rows in the way of an inserted one: OR REPLACE removes them unseen.
-- {{ident:trigger}}  dbsync's name, made from the table's number
-- {{ident:table}}    the captured table
-- {{parts:marks}}    one INSERT for each unique constraint (mark_in_the_way.sql)
CREATE TRIGGER {{ident:trigger}} BEFORE INSERT ON {{ident:table}} BEGIN
    {{parts:marks}}
END
