DO $$
BEGIN
    EXECUTE 'CREATE TABLE wide (id int PRIMARY KEY, '
        || (SELECT string_agg('c' || i || ' int', ', ') FROM generate_series(1, 1599) i) || ')';
    EXECUTE 'CREATE TABLE wide_keyless ('
        || (SELECT string_agg('c' || i || ' int', ', ') FROM generate_series(1, 1600) i) || ')';
END $$;
