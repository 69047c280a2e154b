-- source_add_capture: begins a capture.
-- {{literal:job}}       whose capture it is
-- {{literal:identity}}  of the file
INSERT INTO "_dbsync_capture"
SELECT 1, 1, {{literal:job}}, lower(hex(randomblob(16))), {{literal:identity}}, 0, 0, ''
WHERE NOT EXISTS (SELECT 1 FROM "_dbsync_capture")
