INSERT INTO everything (id) SELECT i FROM generate_series(1, 20) i;
UPDATE everything SET i2 = -32768, i8 = -9223372036854775808, n = 'NaN', n2 = 1.0000000001, f4 = 'NaN',
    f8 = '-0', m = 12345.67, t = '', vc = '', c = 'a', ci = 'CiText', nm = 'name', ch = 'x',
    by = '\x00ff5c0a', b = true, u = '00000000-0000-0000-0000-000000000000' WHERE id = 1;
UPDATE everything SET n = 'Infinity', f4 = '-Infinity', f8 = 'Infinity',
    t = E'tab\there\nnewline\r\\N \\. \\ backslash \x01 😀 "quoted" ''', n2 = -0.0000000001,
    vc = '\N', c = '\.', by = '' WHERE id = 2;
UPDATE everything SET n = 1.10, f4 = 1.17549435e-38, f8 = 5e-324, n2 = 99999999999999999999.9999999999,
    m = -92233720368547758.08 WHERE id = 3;
UPDATE everything SET n = 1.1000, f8 = 0.1::float8 + 0.2, f4 = 16777217 WHERE id = 4;
UPDATE everything SET n = ('1' || repeat('0', 1000) || '.' || repeat('9', 1000))::numeric WHERE id = 5;
UPDATE everything SET d = 'infinity', ts = '-infinity', tstz = 'infinity', ti = '24:00',
    titz = '23:59:59.999999+15:59', iv = '-178000000 years' WHERE id = 6;
UPDATE everything SET d = '4713-01-01 BC', ts = '4713-01-02 00:00 BC', tstz = '0044-03-15 12:00+00 BC',
    iv = '1 mon -1 day +00:00:00.000001', titz = '02:30-05:30' WHERE id = 7;
UPDATE everything SET d = '5874897-12-31', ts = '294276-12-31 23:59:59.999999',
    tstz = '2024-03-31 02:30 Europe/Berlin', iv = '1 year 2 mons 3 days 04:05:06.789' WHERE id = 8;
UPDATE everything SET ip = '10.1.2.3/24', cd = '2001:db8::/32', ma = '08:00:2b:01:02:03',
    ma8 = '08:00:2b:01:02:03:04:05', bi = B'10101', vb = B'', js = '{ "a" :  1, "a": 2.0 , "é":"\u00e9" }',
    jb = '{"b": [1, 2.50, null, "\\\\n"], "a": 1e400}', x = '<a b="c">&amp;<![CDATA[x]]></a>',
    hs = 'a=>NULL, "b c"=>"d\"e"' WHERE id = 9;
UPDATE everything SET tv = 'a:1A fat:2B,4C ''it''''s'':3', tq = 'fat & (rat | !cat:AB) <-> x',
    po = '(1,-0)', li = '{1,-1,0}', ls = '[(0,0),(1e300,1)]', bo = '(1,1),(0,0)', pa = '[(0,0),(1,1)]',
    pg = '((0,0),(1,1),(2,0))', ci2 = '<(0,0),5>' WHERE id = 10;
UPDATE everything SET r4 = 'empty', rn = '(,1.50]', rt = '["2020-01-01 00:00+00",)', rd = '[2020-01-01,2020-02-01)',
    rf = '[-Infinity,NaN)', mr = '{[1,3),[5,7)}' WHERE id = 11;
UPDATE everything SET ai = '[-2:0]={1,NULL,3}', at = ARRAY['', NULL, 'NULL', 'a,b', 'c"d', E'e\\f', '{}', ' '],
    am = '{sad,"happy, very"}', ab = ARRAY['\x00'::bytea, '\xff'], aa = '[1:2][0:1]={{1,2},{3,4}}' WHERE id = 12;
UPDATE everything SET ai = '{}', at = '{}', mo = 'it''s ok', pr = ROW(NULL, ''), ne = ROW(ROW(1, 'x,"y"'),
    ARRAY[ROW(1, NULL)::pair, NULL], 'sad'), po2 = 7, wo = '{one,two}' WHERE id = 13;
UPDATE everything SET mo = '"', pr = ROW(1, '(,)'), ox = 4294967295, xi = '4294967295',
    x8 = '18446744073709551615', ls2 = '16/B374D848', rc = 'pg_catalog.pg_class', tid_ = '(1,2)',
    snap = '10:20:10,14,15', jp = '$.a[*] ? (@ > 1)' WHERE id = 14;
