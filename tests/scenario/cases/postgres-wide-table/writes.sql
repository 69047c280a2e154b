UPDATE wide SET c800 = coalesce(c800, 0) + 1 WHERE id % 2 = 0;
UPDATE wide SET id = -id WHERE abs(id) % 5 = 0;
INSERT INTO wide_keyless (c2) VALUES (1), (1);
