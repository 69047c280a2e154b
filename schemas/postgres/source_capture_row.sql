-- source_capture_row: claims this source for a job, unless it has one already.
-- {{literal:version}}  format of the delta tables, see docs/formats/delta-tables.md
-- {{literal:job}}      name of the job
INSERT INTO dbsync.capture (version, job) VALUES ({{literal:version}}, {{literal:job}})
ON CONFLICT DO NOTHING
