-- What slept is awake: the audit grows again on the target, once for each change.
DO $$
DECLARE
    before bigint := (SELECT count(*) FROM audit);
BEGIN
    UPDATE item SET v = 'on the target' WHERE id = 7;
    INSERT INTO stamped VALUES (999999, 'on the target');
    INSERT INTO stamped VALUES (999998, 'refused');
    UPDATE stamped SET v = 'rule' WHERE id = 999999;
    ASSERT (SELECT count(*) FROM audit) = before + 3, 'the target''s triggers and rules are awake';
    ASSERT (SELECT changed FROM item WHERE id = 7) > 0;
END $$;
