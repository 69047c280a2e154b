-- Equal in value, different in kind.
UPDATE v SET x = CASE typeof(x) WHEN 'text' THEN CAST(x AS BLOB) WHEN 'blob' THEN CAST(x AS TEXT) ELSE x END;
UPDATE v SET r = -r WHERE id = 2;
UPDATE v SET i = CAST(i AS TEXT) || 'x' WHERE id = 6;
UPDATE v SET t = t || char(0), b = CAST(b || x'00' AS BLOB) WHERE id IN (4, 5, 7);
INSERT INTO v (id, x) SELECT max(id) + 1, NULL FROM v;
INSERT INTO keyless VALUES (1, '1', 1), ('1', 1, '1'), (NULL, '', x'');
UPDATE keyless SET x = CAST(x AS TEXT) WHERE typeof(x) = 'real';
DELETE FROM keyless WHERE rowid = (SELECT min(rowid) FROM keyless);
