CREATE EXTENSION IF NOT EXISTS citext;
CREATE EXTENSION IF NOT EXISTS hstore;
CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'happy, very', '"');
CREATE TYPE pair AS (a int, "B b" text);
CREATE TYPE nested AS (p pair, ps pair[], m mood);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE DOMAIN words AS text[] CHECK (array_length(VALUE, 1) < 100);
CREATE TYPE floatrange AS RANGE (subtype = float8);
CREATE TABLE everything (
    id int PRIMARY KEY,
    i2 smallint, i8 bigint, n numeric, n2 numeric(30, 10), f4 real, f8 double precision, m money,
    t text, vc varchar(50), c char(10), ci citext, nm name, ch "char",
    by bytea, b boolean, u uuid,
    d date, ti time, titz time with time zone, ts timestamp, tstz timestamptz, iv interval,
    ip inet, cd cidr, ma macaddr, ma8 macaddr8,
    bi bit(5), vb bit varying,
    js json, jb jsonb, x xml, hs hstore,
    tv tsvector, tq tsquery,
    po point, li line, ls lseg, bo box, pa path, pg polygon, ci2 circle,
    r4 int4range, rn numrange, rt tstzrange, rd daterange, rf floatrange, mr int4multirange,
    ai int[], at text[], am mood[], ab bytea[], aa int[][],
    mo mood, pr pair, ne nested, po2 positive, wo words,
    ox oid, xi xid, x8 xid8, ls2 pg_lsn, rc regclass, tid_ tid, snap pg_snapshot, jp jsonpath
);
