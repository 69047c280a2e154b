-- What grows on PostgreSQL: uuid keys, arrays, jsonb, enums, domains, composites, ranges,
-- intervals, inet, timestamptz, identity columns, partitions, a second schema.
CREATE SCHEMA billing;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE address AS (street text, zip varchar(10), floor integer);
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE TABLE account (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), email text NOT NULL UNIQUE,
    feeling mood NOT NULL DEFAULT 'ok', tags text[] NOT NULL DEFAULT '{}', settings jsonb NOT NULL
    DEFAULT '{}', home address, created timestamptz NOT NULL DEFAULT now(), born date, balance
    numeric(20,4), quota positive, ip inet, net cidr, mac macaddr, pause interval, valid
    tstzrange, scores integer[], ratio double precision, small real, avatar bytea, active boolean
    NOT NULL DEFAULT true, pin char(4), wakes time, wakes_tz timetz, flags bit(8), price money,
    doc xml);
CREATE TABLE event (id bigint GENERATED ALWAYS AS IDENTITY, at timestamptz NOT NULL, account_id
    uuid REFERENCES account (id) ON DELETE CASCADE, kind varchar(40) NOT NULL, payload jsonb,
    PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE event_2023 PARTITION OF event FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE event_2024 PARTITION OF event FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE event_rest PARTITION OF event DEFAULT;
CREATE INDEX event_account ON event (account_id);
CREATE TABLE billing.invoice (number serial PRIMARY KEY, account_id uuid NOT NULL REFERENCES
    account (id) ON UPDATE CASCADE, issued date NOT NULL, net numeric(12,2) NOT NULL CHECK (net >=
    0), tax numeric(12,2) NOT NULL, gross numeric(12,2) GENERATED ALWAYS AS (net + tax) STORED,
    paid_at timestamp(3));
CREATE TABLE "Weird Names" ("Id" smallint PRIMARY KEY, "select" text, "Ümlaut" text);
CREATE TABLE setting (name text PRIMARY KEY, value text);
INSERT INTO account (id, email, feeling, tags, settings, home, created, born, balance, quota, ip,
    net, mac, pause, valid, scores, ratio, small, avatar, active, pin, wakes, wakes_tz, flags,
    price, doc) SELECT ('00000000-0000-4000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, 'user' || i
    || '@example.org', (ARRAY['sad','ok','happy'])[i % 3 + 1]::mood, CASE i % 3 WHEN 0 THEN '{}'
    ELSE ARRAY['a', 'with "quotes"', 'ü', NULL, 'NULL'] END, jsonb_build_object('n', i, 'list',
    jsonb_build_array(1, 2.5, NULL, true), 'text', 'ü "x" \ y'), CASE i % 4 WHEN 0 THEN NULL ELSE
    ROW('Main "St", 1', '1234' || i, i)::address END, timestamptz '2024-03-31 00:30:00+00' + i *
    interval '1 hour 1 microsecond', date '1970-01-01' + i, CASE i % 5 WHEN 0 THEN NULL ELSE i *
    1234567.8901 END, i, ('10.0.' || i % 256 || '.1/24')::inet, '192.168.0.0/16',
    '08:00:2b:01:02:03', make_interval(months => i, days => 3, secs => 4.5),
    tstzrange('2024-01-01 00:00:00+00', CASE i % 2 WHEN 0 THEN NULL ELSE timestamptz
    '2025-01-01 00:00:00+00' END), ARRAY[i, NULL, -i], i / 7.0::float8, i / 3.0::real,
    decode(md5(i::text), 'hex'), i % 2 = 0, lpad(i::text, 4, '0'), time '10:00' + i * interval
    '1 second', timetz '10:00+02', (i % 256)::bit(8), (i * 1.25)::numeric::money, xmlparse(content
    '<a>' || i || '</a>') FROM generate_series(1, 200) AS i;
INSERT INTO event (at, account_id, kind, payload) SELECT timestamptz '2023-06-01 00:00:00+00' + i
    * interval '2 days 3 hours', CASE i % 9 WHEN 0 THEN NULL ELSE ('00000000-0000-4000-8000-' ||
    lpad(to_hex(i % 200 + 1), 12, '0'))::uuid END, 'kind ' || i % 5, CASE i % 2 WHEN 0 THEN NULL
    ELSE '{"a": {"b": [1, {"c": "d"}]}}'::jsonb END FROM generate_series(1, 500) AS i;
INSERT INTO billing.invoice (account_id, issued, net, tax, paid_at) SELECT id, born, quota * 10.5,
    quota * 1.99, CASE quota % 2 WHEN 0 THEN NULL ELSE timestamp '2024-02-29 12:00:00.123' END
    FROM account;
INSERT INTO "Weird Names" VALUES (-1, 'x', 'ü'), (32767, NULL, ''), (0, ' trailing ', 'tab	"');
INSERT INTO setting VALUES ('a', '1'), ('A', '2'), ('a ', '3'), ('ä', '4'), ('', 'empty'), ('z',
    NULL);
