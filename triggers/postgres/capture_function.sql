-- capture_function: what a table's capture triggers call; runs with the rights of its owner.
-- {{ident:function}}   dbsync.capture_<table id>
-- {{parts:settings}}   SET clauses
-- {{literal:body}}     one of the capture_body templates
-- Application roles need no privilege on dbsync's objects: EXECUTE is not checked when a trigger
-- fires (CREATE TRIGGER, notes), and SECURITY DEFINER does the rest.
CREATE OR REPLACE FUNCTION {{ident:function}}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
{{parts:settings}}
AS {{literal:body}}
