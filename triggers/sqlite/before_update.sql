-- before_update: records the rows in the way of an updated one: OR REPLACE removes them unseen.
-- {{ident:trigger}}  dbsync's name, made from the table's number
-- {{ident:table}}    the captured table
-- {{parts:of}}       OF and the columns that unique constraints use, or nothing for all columns
-- {{parts:marks}}    one INSERT for each unique constraint (mark_in_the_way.sql)
CREATE TRIGGER {{ident:trigger}} BEFORE UPDATE {{parts:of}} ON {{ident:table}} BEGIN
    {{parts:marks}}
END
