UPDATE item SET v = v || '+' WHERE id % 3 = 0;
DELETE FROM item WHERE id = (SELECT max(id) FROM item);
INSERT INTO item SELECT max(id) + 2, 'new', 0 FROM item;
INSERT INTO item VALUES (999999, 'refused', 0);
