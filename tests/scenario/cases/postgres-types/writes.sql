-- Values change to others that compare as equal, or differ only in form.
UPDATE everything SET n = CASE WHEN n = 1.1 THEN n * 1.0 ELSE n END, ci = CASE WHEN ci = 'citext' THEN 'CITEXT' END,
    f8 = CASE WHEN f8 = 0 THEN -f8 ELSE f8 END;
UPDATE everything SET js = (js::text || ' ')::json WHERE js IS NOT NULL;
UPDATE everything SET ai = array_append(ai, 1), t = t || E'\\' WHERE id IN (1, 2, 12, 13);
UPDATE everything SET iv = iv + interval '24 hours' - interval '1 day' WHERE id = 8;
INSERT INTO everything SELECT max(id) + 1 FROM everything;
INSERT INTO everything (id, t, by, js) SELECT max(id) + 1, repeat('é', 1000), decode(repeat('00', 500), 'hex'), '[]'
    FROM everything;
UPDATE everything SET i2 = -(i2 + 1), i8 = i8 / 2, m = CASE id WHEN 1 THEN m * -1 ELSE m END, b = NOT b WHERE id IN (1, 3);
DELETE FROM everything WHERE id = (SELECT min(id) FROM everything WHERE id > 14);
UPDATE everything SET id = id + 100 WHERE id = 14;
UPDATE everything SET id = id - 100 WHERE id = 114;
