-- source_captured_type: the enums and composite types of a captured table's columns, also behind
-- domains, arrays, ranges and each other, when that was last noted.
-- shape: an enum's labels by their oid, a composite type's attributes by their number.
CREATE TABLE IF NOT EXISTS dbsync.captured_type (
    id integer NOT NULL,
    type oid NOT NULL,
    name text NOT NULL,
    is_enum boolean NOT NULL,
    shape jsonb NOT NULL,
    PRIMARY KEY (id, type)
)
