-- source_note_schema_version: notes once what the schema version is when every object is made.
UPDATE "_dbsync_capture" SET schema_version = (SELECT schema_version FROM pragma_schema_version)
WHERE schema_version = 0
