INSERT INTO all_rowid_names VALUES ('r', 'o', 'x', 1), ('r', 'o', 'x', 1);
