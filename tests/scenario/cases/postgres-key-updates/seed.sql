INSERT INTO one SELECT i, 'row ' || i FROM generate_series(1, 500) i;
INSERT INTO two SELECT i, 'b' || i % 7, i FROM generate_series(1, 500) i;
INSERT INTO only_key SELECT md5(i::text)::uuid FROM generate_series(1, 100) i;
INSERT INTO by_unique SELECT 'c' || i, i FROM generate_series(1, 100) i;
