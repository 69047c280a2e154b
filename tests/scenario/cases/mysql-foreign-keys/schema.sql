CREATE TABLE customer (id int PRIMARY KEY, code varchar(20) NOT NULL UNIQUE, v int DEFAULT 0);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int, v int DEFAULT 0,
    FOREIGN KEY (customer_id) REFERENCES customer (id) ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE line (order_id int, n int, v int DEFAULT 0, no int UNIQUE, PRIMARY KEY (order_id, n),
    FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE remark (id int PRIMARY KEY, line_no int, body varchar(20),
    FOREIGN KEY (line_no) REFERENCES line (no) ON DELETE SET NULL ON UPDATE CASCADE);
CREATE TABLE room (house int, n int, v int DEFAULT 0, PRIMARY KEY (house, n));
CREATE TABLE guest (id int PRIMARY KEY, house int, n int,
    FOREIGN KEY (house, n) REFERENCES room (house, n) ON DELETE SET NULL ON UPDATE CASCADE);
-- No key of its own: found by its row.
CREATE TABLE visit (code varchar(20), what varchar(20),
    FOREIGN KEY (code) REFERENCES customer (code) ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE employee (id int PRIMARY KEY, boss int, deputy int,
    FOREIGN KEY (boss) REFERENCES employee (id) ON DELETE CASCADE,
    FOREIGN KEY (deputy) REFERENCES employee (id) ON DELETE SET NULL);
CREATE TABLE top (id int PRIMARY KEY);
CREATE TABLE side_a (id int PRIMARY KEY, top_id int,
    FOREIGN KEY (top_id) REFERENCES top (id) ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE side_b (id int PRIMARY KEY, top_id int,
    FOREIGN KEY (top_id) REFERENCES top (id) ON DELETE CASCADE ON UPDATE SET NULL);
CREATE TABLE bottom (id int PRIMARY KEY, a_id int, b_id int,
    FOREIGN KEY (a_id) REFERENCES side_a (id) ON DELETE CASCADE,
    FOREIGN KEY (b_id) REFERENCES side_b (id) ON DELETE CASCADE);
