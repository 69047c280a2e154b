-- Rows move between partitions, by UPDATE through each level and by MERGE.
UPDATE event SET region = CASE region WHEN 'eu' THEN 'us' WHEN 'us' THEN 'asia' ELSE 'eu' END,
    v = v + 1 WHERE id % 4 = 0;
UPDATE event_eu SET at = at + 730 WHERE id % 5 = 0;
UPDATE event_us SET v = v + 10 WHERE id % 3 = 0;
DELETE FROM event_eu_old WHERE id % 11 = 0;
MERGE INTO event e USING (SELECT i AS id FROM generate_series(1, 60) i) s ON e.id = s.id
    WHEN MATCHED AND e.region = 'eu' THEN UPDATE SET region = 'us', v = v + 100
    WHEN MATCHED AND e.region = 'asia' THEN DELETE
    WHEN MATCHED THEN UPDATE SET region = 'eu'
    WHEN NOT MATCHED THEN INSERT (id, region, at) VALUES (s.id, 'africa', '2021-01-01');
UPDATE hashed SET id = id + 1000 WHERE id % 2 = 0 AND id < 1000;
INSERT INTO hashed_0 SELECT i, 'direct' FROM generate_series(2000, 2100) i
    WHERE satisfies_hash_partition('hashed'::regclass, 2, 0, i) ON CONFLICT DO NOTHING;
DELETE FROM event WHERE id BETWEEN 900000 AND 900001;
COPY event (id, region, at) FROM STDIN WITH (FORMAT csv);
900000,eu,2019-06-01
900001,nowhere,2022-06-01
\.
