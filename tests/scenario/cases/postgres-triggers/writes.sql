UPDATE item SET v = v || '+' WHERE id % 3 = 0;
DELETE FROM item WHERE id = (SELECT max(id) FROM item);
INSERT INTO item SELECT max(id) + 2, 'new' FROM item;
UPDATE item_view SET v = 'through the view' WHERE id = 5;
INSERT INTO stamped SELECT max(id) + 1, 'more' FROM stamped;
INSERT INTO stamped SELECT max(id) + 1, 'refused' FROM stamped;
UPDATE stamped SET v = v || '!' WHERE id < 5;
