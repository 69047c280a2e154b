-- source_note_labels: notes the labels that a captured table's enums have got; no row has changed.
-- {{literal:id}}    number of the captured table
-- {{parts:shapes}}  query_source_type_shapes
UPDATE dbsync.captured_type y SET shape = s.shape
FROM {{parts:shapes}} s
WHERE y.id = {{literal:id}} AND s.type = y.type AND y.is_enum AND s.shape @> y.shape
