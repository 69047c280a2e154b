CREATE TABLE all_rowid_names (rowid TEXT, oid TEXT, _rowid_ TEXT, v INTEGER);
