INSERT INTO v VALUES (1, 9223372036854775807, 1.7976931348623157e308, 'text', x'00ff', 12345678901234567890, NULL);
INSERT INTO v VALUES (2, -9223372036854775808, -0.0, '', x'', '1.50', '');
INSERT INTO v VALUES (3, 'not a number', 'nor this', 123, 'text in a blob', '0x10', 1e999);
INSERT INTO v VALUES (4, x'0102', -1e999, CAST('nul' || char(0) || 'inside' AS TEXT), 5, x'', 5e-324);
INSERT INTO v VALUES (5, 1.5, 3, CAST(x'fffe80' AS TEXT), zeroblob(0), 1e15, 0.1 + 0.2);
INSERT INTO v VALUES (6, '12', '12', char(128512, 10, 9, 92, 39, 34, 13), NULL, '12.0', '12');
INSERT INTO v VALUES (7, 1, 1, replace(hex(zeroblob(5000000)), '0', 'é'), zeroblob(10000000), 1, 1);
INSERT INTO keyless SELECT i, t, x FROM v WHERE id < 7;
INSERT INTO keyless SELECT i, t, x FROM v WHERE id < 4;
