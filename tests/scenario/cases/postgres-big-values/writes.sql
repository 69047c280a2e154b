UPDATE blob SET t = t || 'x' WHERE id < 3;
UPDATE blob SET b = b || '\x00' WHERE id = 2;
INSERT INTO blob SELECT max(id) + 1, repeat(E'\t\n\\', 1000000) FROM blob;
UPDATE wide_key SET k = 'k' || k WHERE v = 'v' AND length(k) % 2 = 1;
UPDATE wide_key SET v = v || '+';
