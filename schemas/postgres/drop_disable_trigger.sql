-- drop_disable_trigger: switches a capture trigger off; unlike dropping it gets through beside
-- readers, and from then on writers leave no deltas.
-- {{ident:trigger}}  the trigger
-- {{ident:table}}    the table that it is on
ALTER TABLE {{ident:table}} DISABLE TRIGGER {{ident:trigger}}
