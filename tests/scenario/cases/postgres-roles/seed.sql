INSERT INTO account SELECT i, 100 FROM generate_series(1, 100) i;
INSERT INTO note (owner, body) SELECT CASE WHEN i % 2 = 0 THEN 'shop_app' ELSE 'someone' END, 'n'
    FROM generate_series(1, 50) i;
