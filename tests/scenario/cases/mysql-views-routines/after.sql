CALL bump(1, @total);
UPDATE updatable SET v = v + 1 WHERE id = 2;
SELECT * FROM a_second, `quoted view`;
SELECT other_mode();
