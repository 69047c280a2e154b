-- Unique values change hands between rows that fall into different batches.
DO $$
BEGIN
    FOR i IN 1..100 LOOP
        UPDATE page SET slug = 'free-' || i, rank = NULL WHERE id = i;
        UPDATE page SET slug = 'SLUG-x' || i, rank = 100000 + i WHERE id = 201 - i;
        COMMIT;
        UPDATE page SET slug = 'slug-' || (201 - i), rank = 201 - i, v = v + 1 WHERE id = i;
        COMMIT;
        UPDATE page SET slug = 'slug-' || i, rank = i WHERE id = 201 - i;
        COMMIT;
    END LOOP;
END $$;
UPDATE queue SET place = 101 - place;
DO $$
BEGIN
    FOR i IN 1..50 LOOP
        UPDATE partial SET active = false WHERE owner = i % 50 AND active;
        UPDATE partial SET active = true
        WHERE id = (SELECT id FROM partial WHERE owner = i % 50 ORDER BY random() LIMIT 1);
        COMMIT;
    END LOOP;
    FOR i IN 1..20 LOOP
        UPDATE booking SET room = -1 - i WHERE id = i;
        UPDATE booking SET room = i % 5, during = int4range(i * 10, i * 10 + 50) WHERE id = i + 5
            AND NOT EXISTS (SELECT FROM booking b WHERE b.id <> i + 5 AND b.room = i % 5
                            AND b.during && int4range(i * 10, i * 10 + 50));
        COMMIT;
    END LOOP;
END $$;
DELETE FROM page WHERE id = 150;
INSERT INTO page SELECT 150, 'again', NULL;
UPDATE page SET slug = 'slug-150b' WHERE id = 150;
