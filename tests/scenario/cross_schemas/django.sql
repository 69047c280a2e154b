-- What Django 4 makes in SQLite: booleans, datetime text with microseconds, char(32) uuids,
-- decimals, JSON checked by a constraint, many-to-many tables, its own tables.
CREATE TABLE IF NOT EXISTS "django_migrations" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "app" varchar(255) NOT NULL, "name" varchar(255) NOT NULL, "applied" datetime NOT NULL);
CREATE TABLE IF NOT EXISTS "django_content_type" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "app_label" varchar(100) NOT NULL, "model" varchar(100) NOT NULL);
CREATE UNIQUE INDEX "django_content_type_app_label_model_76bd3d3b_uniq" ON "django_content_type"
    ("app_label", "model");
CREATE TABLE IF NOT EXISTS "auth_permission" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "content_type_id" integer NOT NULL REFERENCES "django_content_type" ("id") DEFERRABLE
    INITIALLY DEFERRED, "codename" varchar(100) NOT NULL, "name" varchar(255) NOT NULL);
CREATE UNIQUE INDEX "auth_permission_content_type_id_codename_01ab375a_uniq" ON "auth_permission"
    ("content_type_id", "codename");
CREATE INDEX "auth_permission_content_type_id_2f476e4b" ON "auth_permission" ("content_type_id");
CREATE TABLE IF NOT EXISTS "auth_user" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "password" varchar(128) NOT NULL, "last_login" datetime NULL, "is_superuser" bool NOT NULL,
    "username" varchar(150) NOT NULL UNIQUE, "last_name" varchar(150) NOT NULL, "email"
    varchar(254) NOT NULL, "is_staff" bool NOT NULL, "is_active" bool NOT NULL, "date_joined"
    datetime NOT NULL, "first_name" varchar(150) NOT NULL);
CREATE TABLE IF NOT EXISTS "auth_user_user_permissions" ("id" integer NOT NULL PRIMARY KEY
    AUTOINCREMENT, "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY
    DEFERRED, "permission_id" integer NOT NULL REFERENCES "auth_permission" ("id") DEFERRABLE
    INITIALLY DEFERRED);
CREATE UNIQUE INDEX "auth_user_user_permissions_user_id_permission_id_14a6b632_uniq" ON
    "auth_user_user_permissions" ("user_id", "permission_id");
CREATE TABLE IF NOT EXISTS "django_session" ("session_key" varchar(40) NOT NULL PRIMARY KEY,
    "session_data" text NOT NULL, "expire_date" datetime NOT NULL);
CREATE INDEX "django_session_expire_date_a5c62663" ON "django_session" ("expire_date");
CREATE TABLE IF NOT EXISTS "shop_product" ("id" char(32) NOT NULL PRIMARY KEY, "sku" varchar(20)
    NOT NULL UNIQUE, "price" decimal NOT NULL, "weight" real NULL, "released" date NULL,
    "open_from" time NULL, "stock" integer unsigned NOT NULL CHECK ("stock" >= 0), "data" text NOT
    NULL CHECK ((JSON_VALID("data") OR "data" IS NULL)), "thumbnail" BLOB NULL, "runtime" bigint
    NULL, "order" smallint unsigned NOT NULL CHECK ("order" >= 0));
CREATE TABLE IF NOT EXISTS "shop_order" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "reference" char(32) NOT NULL UNIQUE, "created" datetime NOT NULL, "paid" bool NULL, "total"
    decimal NOT NULL, "user_id" integer NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY
    DEFERRED);
CREATE INDEX "shop_order_user_id_00aba627" ON "shop_order" ("user_id");
CREATE INDEX "shop_order_open_idx" ON "shop_order" ("created" DESC) WHERE "paid" IS NULL;
CREATE TABLE IF NOT EXISTS "shop_orderline" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "quantity" integer NOT NULL, "order_id" bigint NOT NULL REFERENCES "shop_order" ("id")
    DEFERRABLE INITIALLY DEFERRED, "product_id" char(32) NOT NULL REFERENCES "shop_product" ("id")
    DEFERRABLE INITIALLY DEFERRED);
INSERT INTO django_migrations (app, name, applied) VALUES ('contenttypes', '0001_initial',
    '2023-01-15 10:20:30.123456'), ('auth', '0001_initial', '2023-01-15 10:20:30.234567'),
    ('shop', '0001_initial', '2023-01-15 10:20:31');
INSERT INTO django_content_type (app_label, model) VALUES ('auth', 'user'), ('shop', 'product'),
    ('shop', 'order');
INSERT INTO auth_permission (content_type_id, codename, name) VALUES (1, 'add_user',
    'Can add user'), (2, 'add_product', 'Can add product'), (3, 'view_order', 'Can view order');
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
INSERT INTO auth_user (password, last_login, is_superuser, username, last_name, email, is_staff,
    is_active, date_joined, first_name)
SELECT 'pbkdf2_sha256$600000$salt' || i || '$aGFzaA==', CASE i % 3 WHEN 0 THEN NULL ELSE
    printf('2024-02-%02d 08:00:%02d.%06d', i % 28 + 1, i % 60, i * 37) END, i = 1, 'user' || i,
    'Müller-' || i, 'user' || i || '@example.org', i % 10 = 0, i % 7 <> 0,
    printf('2022-06-%02d 23:59:59', i % 28 + 1), CASE i % 5 WHEN 0 THEN '' ELSE 'Zoë' END FROM n;
INSERT INTO auth_user_user_permissions (user_id, permission_id) SELECT id, id % 3 + 1 FROM
    auth_user;
INSERT INTO django_session SELECT printf('%040d', id), 'e30:1o' || hex(id),
    '2030-01-01 00:00:00.5' FROM auth_user WHERE id <= 50;
INSERT INTO shop_product SELECT printf('%032x', id * 7919), 'SKU-' || id, id * 1.25, CASE id % 4
    WHEN 0 THEN NULL ELSE id / 8.0 END, printf('20%02d-12-31', id % 24), CASE id % 2 WHEN 0 THEN
    '08:30:00' ELSE '23:59:59.999999' END, id, '{"tags": ["a", "ü"], "n": ' || id ||
    ', "deep": {"x": [1, 2.5, null, true]}}', CASE id % 3 WHEN 0 THEN NULL ELSE
    x'89504e470d0a1a0a00ff' END, id * 1000000007, id % 100 FROM auth_user WHERE id <= 200;
INSERT INTO shop_order (reference, created, paid, total, user_id) SELECT printf('%032x', id *
    104729), printf('2024-03-31 02:30:%02d', id % 60), CASE id % 3 WHEN 0 THEN NULL WHEN 1 THEN 1
    ELSE 0 END, printf('%d.%02d', id, id % 100), CASE id % 11 WHEN 0 THEN NULL ELSE id END FROM
    auth_user;
INSERT INTO shop_orderline (quantity, order_id, product_id) SELECT o.id % 9 + 1, o.id, p.id FROM
    shop_order o JOIN shop_product p ON p.sku = 'SKU-' || (o.id % 200 + 1);
