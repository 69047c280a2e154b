CREATE TABLE g (id int PRIMARY KEY, a int, kept int AS (a * 2) STORED, computed int AS (a + 1) VIRTUAL, UNIQUE KEY kept_key (kept), KEY (computed));
CREATE TABLE hidden (id int PRIMARY KEY, v int DEFAULT 3 INVISIBLE, w varchar(20) DEFAULT (CONCAT('d', 'x')));
CREATE TABLE stamped (id int PRIMARY KEY, made timestamp(6) DEFAULT CURRENT_TIMESTAMP(6), seen timestamp(6) NULL DEFAULT NULL ON UPDATE CURRENT_TIMESTAMP(6), v int);
