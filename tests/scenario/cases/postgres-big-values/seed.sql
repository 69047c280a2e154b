INSERT INTO blob VALUES (1, repeat('0123456789', 1000000), NULL, NULL),
    (2, repeat('é\', 3000000), decode(repeat('00ff', 2500000), 'hex'), NULL),
    (3, NULL, NULL, (SELECT jsonb_agg(i) FROM generate_series(1, 200000) i)), (4, '', '', '{}');
INSERT INTO wide_key SELECT repeat(md5(i::text), 60) || i, 'v' FROM generate_series(1, 100) i;
