CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE TABLE page (id int PRIMARY KEY, slug text NOT NULL UNIQUE, rank int UNIQUE, v int DEFAULT 0);
CREATE TABLE queue (id int PRIMARY KEY, place int UNIQUE DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE booking (id int PRIMARY KEY, room int, during int4range,
    EXCLUDE USING gist (room WITH =, during WITH &&));
CREATE TABLE partial (id int PRIMARY KEY, owner int, active boolean);
CREATE UNIQUE INDEX partial_one_active ON partial (owner) WHERE active;
CREATE UNIQUE INDEX page_lower ON page (lower(slug));
