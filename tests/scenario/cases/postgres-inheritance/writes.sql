UPDATE vehicle SET v = v || '+' WHERE id % 3 = 0;
UPDATE ONLY vehicle SET v = v || '-' WHERE id % 5 = 0;
UPDATE car SET doors = doors + 1 WHERE id % 7 = 0;
DELETE FROM vehicle WHERE id IN (SELECT min(id) FROM bus);
INSERT INTO car SELECT max(id) + 1, 'new car', 2 FROM car;
