-- source_captured_relation: the tables that hold a captured table's rows, when that was last noted:
-- itself, its partitions and what is between.
-- link: version of the row of pg_inherits that makes it a partition; NULL for the table itself.
-- filenode, columns: the file with its rows and a digest of its columns' versions.
CREATE TABLE IF NOT EXISTS dbsync.captured_relation (
    id integer NOT NULL,
    relid oid NOT NULL,
    name text NOT NULL,
    link text,
    filenode oid NOT NULL,
    columns text,
    PRIMARY KEY (id, relid)
)
