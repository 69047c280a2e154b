INSERT INTO s1 (v) SELECT -1 FROM generate_series(1, 20);
INSERT INTO s2 (v) SELECT -1 FROM generate_series(1, 20);
INSERT INTO uses_free (v) SELECT -1 FROM generate_series(1, 20);
INSERT INTO uses_back (v) SELECT -1 FROM generate_series(1, 20);
DO $$ BEGIN
    ASSERT nextval('untouched') = 42, 'a sequence that was never used starts where it should';
    ASSERT nextval('"Quoted Seq"') = 2, 'a free sequence goes on';
END $$;
