UPDATE t SET m = CONCAT(COALESCE(m, ''), '+'), f = f / 3, r = r / 3, ti = ADDTIME(ti, '1:00:00.5') WHERE id > 0;
INSERT INTO t (id, v, bo) SELECT COUNT(*) + 100, 'more', FALSE FROM t;
UPDATE t SET e = 'ü', s = '', l = CONCAT(l, 'ß'), dt = '1000-01-01' WHERE id % 2 = 1;
DELETE FROM t WHERE id = 1;
INSERT INTO t (id, v) VALUES (1, '');
