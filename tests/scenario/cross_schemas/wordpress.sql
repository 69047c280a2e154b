-- What WordPress makes in MySQL, and what old installations hold: zero dates under a permissive
-- sql_mode, latin1 columns, bigint unsigned keys, enums, case-insensitive unique slugs, longtext.
SET SESSION sql_mode = 'ALLOW_INVALID_DATES';
CREATE TABLE wp_users (ID bigint(20) unsigned NOT NULL AUTO_INCREMENT, user_login varchar(60) NOT
    NULL DEFAULT '', user_pass varchar(255) NOT NULL DEFAULT '', user_nicename varchar(50) NOT
    NULL DEFAULT '', user_email varchar(100) NOT NULL DEFAULT '', user_url varchar(100) NOT NULL
    DEFAULT '', user_registered datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
    user_activation_key varchar(255) NOT NULL DEFAULT '', user_status int(11) NOT NULL DEFAULT 0,
    display_name varchar(250) NOT NULL DEFAULT '', PRIMARY KEY (ID), KEY user_login_key
    (user_login), KEY user_nicename (user_nicename), KEY user_email (user_email)) ENGINE=InnoDB
    DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
CREATE TABLE wp_usermeta (umeta_id bigint(20) unsigned NOT NULL AUTO_INCREMENT, user_id bigint(20)
    unsigned NOT NULL DEFAULT 0, meta_key varchar(255) DEFAULT NULL, meta_value longtext, PRIMARY
    KEY (umeta_id), KEY user_id (user_id), KEY meta_key (meta_key(191))) ENGINE=InnoDB DEFAULT
    CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
CREATE TABLE wp_posts (ID bigint(20) unsigned NOT NULL AUTO_INCREMENT, post_author bigint(20)
    unsigned NOT NULL DEFAULT 0, post_date datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
    post_date_gmt datetime NOT NULL DEFAULT '0000-00-00 00:00:00', post_content longtext NOT NULL,
    post_title text NOT NULL, post_status varchar(20) NOT NULL DEFAULT 'publish', comment_status
    enum('open','closed') NOT NULL DEFAULT 'open', post_name varchar(200) NOT NULL DEFAULT '',
    post_modified timestamp NULL DEFAULT NULL, post_parent bigint(20) unsigned NOT NULL DEFAULT 0,
    menu_order int(11) NOT NULL DEFAULT 0, post_mime_type varchar(100) CHARACTER SET latin1 NOT
    NULL DEFAULT '', comment_count bigint(20) NOT NULL DEFAULT 0, rating decimal(4,2) DEFAULT
    NULL, flags set('sticky','featured','password') DEFAULT NULL, PRIMARY KEY (ID), KEY post_name
    (post_name(191)), KEY type_status_date (post_status, post_date, ID), KEY post_parent
    (post_parent)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
CREATE TABLE wp_terms (term_id bigint(20) unsigned NOT NULL AUTO_INCREMENT, name varchar(200) NOT
    NULL DEFAULT '', slug varchar(190) NOT NULL DEFAULT '', term_group bigint(10) NOT NULL DEFAULT
    0, PRIMARY KEY (term_id), UNIQUE KEY slug (slug)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
    COLLATE=utf8mb4_unicode_520_ci;
CREATE TABLE wp_term_relationships (object_id bigint(20) unsigned NOT NULL DEFAULT 0,
    term_taxonomy_id bigint(20) unsigned NOT NULL DEFAULT 0, term_order int(11) NOT NULL DEFAULT
    0, PRIMARY KEY (object_id, term_taxonomy_id), KEY term_taxonomy_id (term_taxonomy_id))
    ENGINE=InnoDB;
CREATE TABLE wp_options (option_id bigint(20) unsigned NOT NULL AUTO_INCREMENT, option_name
    varchar(191) NOT NULL DEFAULT '', option_value longtext NOT NULL, autoload varchar(20) NOT
    NULL DEFAULT 'yes', PRIMARY KEY (option_id), UNIQUE KEY option_name (option_name), KEY
    autoload (autoload)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
CREATE TABLE wp_slug_history (slug varchar(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci
    NOT NULL, post_id bigint(20) unsigned NOT NULL, PRIMARY KEY (slug)) ENGINE=InnoDB;
CREATE TABLE wp_legacy_visits (ip varbinary(16) NOT NULL, seen datetime NOT NULL DEFAULT
    '0000-00-00 00:00:00', agent varchar(100) CHARACTER SET latin1 COLLATE latin1_swedish_ci, hits
    int unsigned NOT NULL, year_of year(4), took time, ok tinyint(1) NOT NULL DEFAULT 1, bits
    bit(5) DEFAULT b'101', ratio float, PRIMARY KEY (ip, seen)) ENGINE=InnoDB DEFAULT
    CHARSET=latin1;
INSERT INTO wp_users (user_login, user_pass, user_nicename, user_email, user_registered,
    display_name) VALUES ('admin', '$P$BabcdefghijklmnopqrstuvwxyzABC', 'admin',
    'admin@example.org', '2009-10-11 12:13:14', 'Ädmin'), ('editor', '$P$B', 'editor',
    'e@example.org', '2010-01-01 00:00:00', 'O''Brien'), ('ghost', '', 'ghost', '',
    '2010-01-01 00:00:01', '');
INSERT INTO wp_usermeta (user_id, meta_key, meta_value) VALUES (1, 'wp_capabilities',
    'a:1:{s:13:"administrator";b:1;}'), (1, 'session_tokens', NULL), (2, 'rich_editing', 'true'),
    (18446744073709551615, 'orphan', '');
INSERT INTO wp_posts (post_author, post_date, post_date_gmt, post_content, post_title,
    post_status, comment_status, post_name, post_modified, post_parent, post_mime_type, rating,
    flags) VALUES (1, '2009-10-11 12:13:14', '2009-10-11 10:13:14',
    '<!-- wp:paragraph --><p>Welcome 👋 to WordPress.\nSecond line\t\\o/</p>', 'Hello world!',
    'publish', 'open', 'hello-world', '2009-10-11 12:13:14', 0, '', 9.50, 'sticky,password'), (1,
    '2010-02-03 04:05:06', '2010-02-03 03:05:06', REPEAT('Lorem ipsum ', 2000), 'Long', 'draft',
    'closed', '', NULL, 0, 'text/plain', NULL, ''), (2, '2024-03-31 02:30:00',
    '2024-03-31 00:30:00', '', 'Ünïcode & "quotes"', 'inherit', 'open', 'unicode',
    '2024-03-31 00:30:00', 18446744073709551615, 'image/jpeg', -99.99, NULL);
INSERT INTO wp_terms (name, slug) VALUES ('Uncategorized', 'uncategorized'), ('News', 'News'),
    ('Äpfel', 'apfel'), ('ß', 'ß');
INSERT INTO wp_term_relationships VALUES (1, 1, 0), (2, 1, 0), (2, 2, 1), (9223372036854775807, 4,
    -1);
INSERT INTO wp_options (option_name, option_value) VALUES ('siteurl', 'https://example.org'),
    ('Blogname', 'My "Blog"'), ('_transient_x', ''), ('cron', 'a:2:{i:1;s:3:"\\0a";}');
INSERT INTO wp_slug_history VALUES ('Alpha', 1), ('beta', 2), ('Ängel', 3), ('Zed', 4);
INSERT INTO wp_legacy_visits VALUES (x'7f000001', '2008-01-01 00:00:00', 'Müller café',
    4294967295, 2008, '08:15:00', 1, b'11111', 0.1), (x'7f000001', '2008-01-02 00:00:00', NULL, 0,
    NULL, NULL, 0, NULL, 1e10), (x'20010db8000000000000000000000001', '2008-01-01 00:00:00', '',
    7, 1901, '23:59:59', 0, b'00001', -3.25);
