-- What Rails 7 makes in SQLite: datetime(6), json, booleans with defaults, varchar everywhere, its
-- own tables, composite and partial indexes.
CREATE TABLE IF NOT EXISTS "schema_migrations" ("version" varchar NOT NULL PRIMARY KEY);
CREATE TABLE IF NOT EXISTS "ar_internal_metadata" ("key" varchar NOT NULL PRIMARY KEY, "value"
    varchar, "created_at" datetime(6) NOT NULL, "updated_at" datetime(6) NOT NULL);
CREATE TABLE IF NOT EXISTS "users" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "email"
    varchar DEFAULT '' NOT NULL, "encrypted_password" varchar DEFAULT '' NOT NULL, "admin" boolean
    DEFAULT 0 NOT NULL, "newsletter" boolean DEFAULT 1, "settings" json DEFAULT '{}',
    "sign_in_count" integer DEFAULT 0 NOT NULL, "current_sign_in_at" datetime(6), "created_at"
    datetime(6) NOT NULL, "updated_at" datetime(6) NOT NULL);
CREATE UNIQUE INDEX "index_users_on_email" ON "users" ("email");
CREATE TABLE IF NOT EXISTS "posts" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "title"
    varchar(120), "body" text, "user_id" integer NOT NULL, "published_at" datetime(6), "score"
    float, "price" decimal(10,2) DEFAULT 0.0, "status" integer DEFAULT 0, "lock_version" integer,
    "created_at" datetime(6) NOT NULL, "updated_at" datetime(6) NOT NULL, CONSTRAINT
    "fk_rails_5b5ddfd518" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE);
CREATE INDEX "index_posts_on_user_id_and_published_at" ON "posts" ("user_id", "published_at");
CREATE INDEX "index_posts_on_title" ON "posts" ("title") WHERE "published_at" IS NOT NULL;
CREATE TABLE IF NOT EXISTS "active_storage_blobs" ("id" integer PRIMARY KEY AUTOINCREMENT NOT
    NULL, "key" varchar NOT NULL, "filename" varchar NOT NULL, "content_type" varchar, "metadata"
    text, "service_name" varchar NOT NULL, "byte_size" bigint NOT NULL, "checksum" varchar,
    "created_at" datetime(6) NOT NULL);
CREATE UNIQUE INDEX "index_active_storage_blobs_on_key" ON "active_storage_blobs" ("key");
CREATE TABLE IF NOT EXISTS "comments" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
    "commentable_type" varchar NOT NULL, "commentable_id" integer NOT NULL, "body" text,
    "created_at" datetime(6) NOT NULL);
CREATE INDEX "index_comments_on_commentable" ON "comments" ("commentable_type", "commentable_id");
CREATE TABLE IF NOT EXISTS "posts_tags" ("post_id" integer NOT NULL, "tag" varchar NOT NULL);
CREATE UNIQUE INDEX "index_posts_tags_on_post_id_and_tag" ON "posts_tags" ("post_id", "tag");
CREATE TABLE IF NOT EXISTS "opening_hours" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
    "opens" time(6), "day" date, "picture" blob);
INSERT INTO schema_migrations VALUES ('20230101120000'), ('20230301120000'), ('20240101120000');
INSERT INTO ar_internal_metadata VALUES ('environment', 'production',
    '2023-01-01 12:00:00.000000', '2023-01-01 12:00:00.000000'), ('schema_sha1', 'da39a3ee',
    '2023-01-01 12:00:00.000001', '2023-01-01 12:00:00.999999');
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
INSERT INTO users (email, encrypted_password, admin, newsletter, settings, sign_in_count,
    current_sign_in_at, created_at, updated_at) SELECT 'User' || i || '@Example.com', '$2a$12$' ||
    i, i = 1, CASE i % 3 WHEN 0 THEN NULL ELSE i % 2 END, CASE i % 4 WHEN 0 THEN NULL ELSE
    '{"theme":"dark","n":' || i || '}' END, i, CASE i % 2 WHEN 0 THEN NULL ELSE
    printf('2024-05-06 07:08:09.%06d', i) END, printf('2023-%02d-01 00:00:00.%06d', i % 12 + 1, i
    * 3), '2024-01-01 00:00:00.000000' FROM n;
INSERT INTO posts (title, body, user_id, published_at, score, price, status, lock_version,
    created_at, updated_at) SELECT 'Post ' || id, CASE id % 5 WHEN 0 THEN NULL WHEN 1 THEN 'line'
    || char(10) || 'two	tab \ back' ELSE '<p>Grüße 👋 ' || id || '</p>' END, id, CASE id % 2 WHEN 0
    THEN NULL ELSE created_at END, id / 7.0, id + 0.25, id % 3, NULL, created_at, updated_at FROM
    users;
INSERT INTO active_storage_blobs ("key", filename, content_type, metadata, service_name,
    byte_size, checksum, created_at) SELECT 'k' || id, 'f ' || id || '.png', 'image/png',
    '{"identified":true}', 'local', id * 4294967296, 'abc==', created_at FROM users WHERE id <=
    40;
INSERT INTO comments (commentable_type, commentable_id, body, created_at) SELECT 'Post', id,
    'it''s ' || id, created_at FROM posts;
INSERT INTO posts_tags SELECT id, CASE id % 2 WHEN 0 THEN 'Ruby' ELSE 'ruby' END FROM posts;
INSERT INTO opening_hours (opens, day, picture) SELECT printf('%02d:30:00.000000', id % 24),
    printf('2024-01-%02d', id % 28 + 1), CASE id % 2 WHEN 0 THEN zeroblob(3) ELSE NULL END FROM
    users WHERE id <= 30;
