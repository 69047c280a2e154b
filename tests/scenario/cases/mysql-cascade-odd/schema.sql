-- What a cascade changes where no trigger of the parent fires after it, and in rows without a key.
CREATE TABLE code (id int AUTO_INCREMENT PRIMARY KEY, code varchar(20) NOT NULL UNIQUE);
CREATE TABLE coded (id int AUTO_INCREMENT PRIMARY KEY, code varchar(20),
    CONSTRAINT coded_code FOREIGN KEY (code) REFERENCES code (code) ON UPDATE CASCADE);
CREATE TABLE lined (code varchar(20), n int, PRIMARY KEY (code, n),
    CONSTRAINT lined_code FOREIGN KEY (code) REFERENCES code (code) ON UPDATE CASCADE);
CREATE TABLE part (code varchar(20), n int, p int, PRIMARY KEY (code, n, p),
    CONSTRAINT part_lined FOREIGN KEY (code, n) REFERENCES lined (code, n) ON UPDATE CASCADE);
CREATE TABLE owner (id int AUTO_INCREMENT PRIMARY KEY, name varchar(20));
CREATE TABLE owned (owner int, what varchar(20),
    CONSTRAINT owned_owner FOREIGN KEY (owner) REFERENCES owner (id)
        ON DELETE SET NULL ON UPDATE CASCADE);
CREATE TABLE stays (id int AUTO_INCREMENT PRIMARY KEY, n int);
CREATE TABLE goes (id int AUTO_INCREMENT PRIMARY KEY, stays int,
    CONSTRAINT goes_stays FOREIGN KEY (stays) REFERENCES stays (id) ON DELETE CASCADE);
CREATE TABLE holds (id int AUTO_INCREMENT PRIMARY KEY, stays int,
    CONSTRAINT holds_stays FOREIGN KEY (stays) REFERENCES stays (id) ON DELETE RESTRICT);
