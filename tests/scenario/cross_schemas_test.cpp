// SPDX-License-Identifier: MIT
// Schemas as frameworks and years make them, with rows in every corner of their types, move to
// another engine while they are written to.
#include "scenario/cross_ends.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dbsync::test {
namespace {

struct RealSchema {
    std::string file;
    std::string source;
    std::string target;
    std::vector<SpelledTable> tables;
    std::vector<std::string> writes;          // with the number of the turn for {0}
    std::vector<std::string> taken;           // by the target afterwards
    std::vector<std::string> refused;         // by the target's own constraints
    std::vector<std::string> told;            // by check beforehand: what is not carried over
    std::vector<std::string> options = {};    // of the move
};

std::ostream& operator<<(std::ostream& out, const RealSchema& schema) {
    return out << schema.file;
}

constexpr Spell number = Spell::Number;
constexpr Spell moment = Spell::Moment;

RealSchema django(const std::string& target) {
    return {
        "django.sql",
        "sqlite",
        target,
        {{"django_migrations", {{"id", number}, {"app"}, {"name"}, {"applied", moment}}},
         {"django_content_type", {{"id", number}, {"app_label"}, {"model"}}},
         {"auth_permission", {{"id", number}, {"content_type_id", number}, {"codename"}, {"name"}}},
         {"auth_user",
          {{"id", number},
           {"password"},
           {"last_login", moment},
           {"is_superuser", Spell::Bool},
           {"username"},
           {"last_name"},
           {"email"},
           {"is_staff", Spell::Bool},
           {"is_active", Spell::Bool},
           {"date_joined", moment},
           {"first_name"}}},
         {"auth_user_user_permissions",
          {{"id", number}, {"user_id", number}, {"permission_id", number}}},
         {"django_session", {{"session_key"}, {"session_data"}, {"expire_date", moment}}},
         {"shop_product",
          {{"id"},
           {"sku"},
           {"price", number},
           {"weight", Spell::Float},
           {"released", Spell::Date},
           {"open_from", Spell::Time},
           {"stock", number},
           {"data"},
           {"thumbnail", Spell::Bytes},
           {"runtime", number},
           {"order", number}}},
         {"shop_order",
          {{"id", number},
           {"reference"},
           {"created", moment},
           {"paid", Spell::Bool},
           {"total", number},
           {"user_id", number}}},
         {"shop_orderline",
          {{"id", number}, {"quantity", number}, {"order_id", number}, {"product_id"}}}},
        {"INSERT INTO django_session VALUES ('k{0}', 'd', '2031-01-01 00:00:00.{0:06}')",
         "UPDATE auth_user SET last_login = '2025-01-01 00:00:00.{0:06}', is_active = {0} % 2 "
         "WHERE id = {0} % 300 + 1",
         "UPDATE django_session SET session_key = 'moved{0}' WHERE session_key = 'k' || ({0} - 2)",
         "UPDATE shop_product SET price = {0} / 4.0, \"order\" = {0} % 30, "
         "data = '{{\"turn\": {0}}}' WHERE sku = 'SKU-' || ({0} % 200 + 1)",
         "INSERT INTO shop_order (reference, created, paid, total) VALUES ('r{0}', "
         "'2024-10-27 02:30:00', NULL, '{0}.50')",
         "DELETE FROM auth_user_user_permissions WHERE id = {0} % 300",
         "DELETE FROM django_session WHERE session_key = 'moved' || ({0} - 10)"},
        {"INSERT INTO shop_order (reference, created, total) VALUES ('x', '2025-01-01', 1.5)",
         "INSERT INTO django_session VALUES ('X', '', '2025-01-01'), ('x', '', '2025-01-01')"},
        {"INSERT INTO shop_order (reference, created, total) VALUES ('x', '2025-01-01', 1.5)",
         "INSERT INTO shop_order (reference, created) VALUES ('y', '2025-01-01')",
         "INSERT INTO auth_user_user_permissions (user_id, permission_id) VALUES (1, 99)",
         "INSERT INTO shop_orderline (quantity, order_id, product_id) VALUES (1, 1, 'none')",
         "UPDATE shop_product SET stock = -1 WHERE sku = 'SKU-1'",
         "DELETE FROM django_content_type WHERE id = 1"},
        {"shop_order_open_idx", "check constraint of shop_product"}};
}

RealSchema rails(const std::string& target) {
    return {
        "rails.sql",
        "sqlite",
        target,
        {{"schema_migrations", {{"version"}}},
         {"ar_internal_metadata",
          {{"key"}, {"value"}, {"created_at", moment}, {"updated_at", moment}}},
         {"users",
          {{"id", number}, {"email"}, {"encrypted_password"},
           {"admin", Spell::Bool}, {"newsletter", Spell::Bool},
           {"settings", Spell::Json},
           {"sign_in_count", number},
           {"current_sign_in_at", moment},
           {"created_at", moment},
           {"updated_at", moment}}},
         {"posts",
          {{"id", number}, {"title"}, {"body"}, {"user_id", number},
           {"published_at", moment},
           {"score", Spell::Float},
           {"price", number},
           {"status", number},
           {"lock_version", number},
           {"created_at", moment},
           {"updated_at", moment}}},
         {"active_storage_blobs",
          {{"id", number}, {"key"}, {"filename"}, {"content_type"}, {"metadata"}, {"service_name"},
           {"byte_size", number},
           {"checksum"},
           {"created_at", moment}}},
         {"comments",
          {{"id", number}, {"commentable_type"}, {"commentable_id", number}, {"body"},
           {"created_at", moment}}},
         {"posts_tags", {{"post_id", number}, {"tag"}}},
         {"opening_hours",
          {{"id", number},
           {"opens", Spell::Time},
           {"day", Spell::Date},
           {"picture", Spell::Bytes}}}},
        {"INSERT INTO users (email, created_at, updated_at) VALUES ('new{0}', "
         "'2024-01-01 00:00:00.{0:06}', '2024-01-01 00:00:00.{0:06}')",
         "UPDATE posts SET body = 'turn {0}', score = {0} / 3.0, price = {0} + 0.01 "
         "WHERE id = {0} % 300 + 1",
         "DELETE FROM users WHERE id = {0} % 300 + 1 AND id % 7 = 0",
         "INSERT OR REPLACE INTO posts_tags VALUES ({0}, 'Tag')",
         "UPDATE posts_tags SET tag = 'tag' WHERE post_id = {0} - 4",
         "UPDATE users SET settings = '{{\"turn\":{0}}}', newsletter = {0} % 2 "
         "WHERE id = {0} % 300 + 1",
         "DELETE FROM posts_tags WHERE post_id = {0} - 40"},
        {"INSERT INTO users (email, created_at, updated_at) VALUES ('Defaults', '2025-01-01',"
         " '2025-01-01')",
         "DELETE FROM users WHERE id = 2"},
        {"INSERT INTO users (email, created_at, updated_at) VALUES ('Defaults', '2025-01-01',"
         " '2025-01-01')",
         "INSERT INTO users (email) VALUES ('no time')",
         // With a time, because MySQL 9.7 does not check it where the index's other column is NULL.
         "INSERT INTO posts (user_id, published_at, created_at, updated_at) VALUES (99999,"
         " '2025-01-01', '2025-01-01', '2025-01-01')",
         "INSERT INTO posts (id, user_id, created_at, updated_at) SELECT id, user_id, created_at,"
         " updated_at FROM posts"},
        {"index_posts_on_title"}};
}

RealSchema wordpress(const std::string& source) {
    return {
        "wordpress.sql",
        source,
        "postgres",
        {{"wp_users",
          {{"ID", number},
           {"user_login"},
           {"user_pass"},
           {"user_email"},
           {"user_registered", moment},
           {"user_status", number},
           {"display_name"}}},
         {"wp_usermeta",
          {{"umeta_id", number}, {"user_id", number}, {"meta_key"}, {"meta_value"}}},
         {"wp_posts",
          {{"ID", number},
           {"post_author", number},
           {"post_date", moment},
           {"post_date_gmt"},
           {"post_content"},
           {"post_title"},
           {"post_status"},
           {"comment_status"},
           {"post_name"},
           {"post_modified", moment},
           {"post_parent", number},
           {"menu_order", number},
           {"post_mime_type"},
           {"comment_count", number},
           {"rating", number},
           {"flags"}}},
         {"wp_terms", {{"term_id", number}, {"name"}, {"slug"}, {"term_group", number}}},
         {"wp_term_relationships",
          {{"object_id", number}, {"term_taxonomy_id", number}, {"term_order", number}}},
         {"wp_options", {{"option_id", number}, {"option_name"}, {"option_value"}, {"autoload"}}},
         {"wp_slug_history", {{"slug"}, {"post_id", number}}},
         {"wp_legacy_visits",
          {{"ip", Spell::Bytes},
           {"seen", moment},
           {"agent"},
           {"hits", number},
           {"year_of", number},
           {"took", Spell::Time},
           {"ok", Spell::Bool},
           {"bits", Spell::Bits},
           {"ratio", Spell::Single}}}},
        {"INSERT INTO wp_posts (post_author, post_date, post_date_gmt, post_content, post_title, "
         "post_name) VALUES (1, '2024-01-01 00:00:00', '0000-00-00 00:00:00', '{0}', 'T', 't{0}')",
         "UPDATE wp_options SET option_value = 'turn {0}' WHERE option_name = 'CRON'",
         "INSERT INTO wp_slug_history VALUES ('Slug {0}', {0})",
         "UPDATE wp_slug_history SET slug = UPPER(slug) WHERE slug = CONCAT('SLUG ', {0} - 1)",
         "UPDATE wp_legacy_visits SET hits = {0}, ratio = {0} / 3, agent = 'é{0}' "
         "WHERE ip = x'7f000001'",
         "DELETE FROM wp_slug_history WHERE post_id = {0} - 40",
         "INSERT INTO wp_term_relationships VALUES ({0} + 100, 3, 0)",
         "UPDATE wp_posts SET comment_status = 'closed', flags = 'featured', rating = 1.25 "
         "WHERE post_name = CONCAT('t', {0} - 7)"},
        {"INSERT INTO wp_terms (name, slug) VALUES ('new', 'new')",
         "INSERT INTO wp_posts (post_date, post_date_gmt, post_content, post_title) VALUES"
         " ('2025-01-01', '', '', '')"},
        {"INSERT INTO wp_terms (name, slug) VALUES ('new', 'new')",
         "UPDATE wp_posts SET comment_status = 'other'",
         "UPDATE wp_terms SET name = NULL",
         "INSERT INTO wp_term_relationships VALUES (1, 1, 5)"},
        {"post_date"},
        {"--map", "wp_posts.post_date_gmt=text"}};
}

RealSchema grown_on_postgres(const std::string& target) {
    return {
        "postgres.sql",
        "postgres",
        target,
        {{"account",
          {{"id", Spell::Uuid},
           {"email"},
           {"feeling"},
           {"tags"},
           {"settings", Spell::Json},
           {"home"},
           {"created", moment},
           {"born", Spell::Date},
           {"balance", number},
           {"quota", number},
           {"ip"},
           {"net"},
           {"mac"},
           {"pause"},
           {"valid"},
           {"scores"},
           {"ratio", Spell::Float},
           {"small", Spell::Single},
           {"avatar", Spell::Bytes},
           {"active", Spell::Bool},
           {"pin"},
           {"wakes", Spell::Time},
           {"wakes_tz"},
           {"flags", Spell::Bits},
           {"price"},
           {"doc"}}},
         {"event",
          {{"id", number},
           {"at", moment},
           {"account_id", Spell::Uuid},
           {"kind"},
           {"payload", Spell::Json}}},
         {"billing.invoice",
          {{"number", number},
           {"account_id", Spell::Uuid},
           {"issued", Spell::Date},
           {"net", number},
           {"tax", number},
           {"gross", number},
           {"paid_at", moment}},
          "billing_invoice"},
         {"\"Weird Names\"",
          {{"Id", number}, {"select"}, {"Ümlaut"}},
          "`Weird Names`"},
         {"setting", {{"name"}, {"value"}}}},
        {"INSERT INTO event (at, kind) VALUES (timestamptz '2025-06-01 00:00:00+00' - "
         "{0} * interval '9 days', 'live')",
         "UPDATE account SET tags = array_append(tags, 'x'), settings = settings || "
         "'{{\"turn\": {0}}}', active = NOT active, balance = {0} "
         "WHERE email = 'user{0}@example.org'",
         "UPDATE event SET at = at + interval '200 days' WHERE id = {0}",
         "INSERT INTO setting VALUES ('k{0}', NULL)",
         "UPDATE setting SET name = upper(name) WHERE name = 'k' || ({0} - 1)",
         "DELETE FROM event WHERE id = {0} + 100",
         "UPDATE billing.invoice SET net = net + 0.01 WHERE number = {0}",
         "INSERT INTO account (email, feeling) VALUES ('New{0}@example.org', 'happy')"},
        {"INSERT INTO setting VALUES ('trailing', '1'), ('trailing ', '2'), ('Trailing', '3')",
         "DELETE FROM event WHERE account_id IS NULL"},
        {"INSERT INTO setting VALUES ('trailing', '4')", "UPDATE account SET feeling = 'angry'",
         "UPDATE account SET email = 'same'", "UPDATE billing_invoice SET net = -1",
         "INSERT INTO event (id, at, kind, account_id) VALUES (1000000, '2025-01-01', 'x',"
         " '00000000-0000-4000-8000-ffffffffffff')"},
        {}};
}

std::vector<RealSchema> real_schemas() {
    return {django("postgres"),     django("mariadb"),     rails("postgres"),
            rails("mysql"),         wordpress("mariadb"),  wordpress("mysql"),
            grown_on_postgres("mariadb"), grown_on_postgres("mysql")};
}

// One statement after the other, until the fence.
class SteadyWriter {
  public:
    SteadyWriter(Application application, std::vector<std::string> writes)
        : application_{std::move(application)}, writes_{std::move(writes)} {
        thread_ = std::jthread{[this](const std::stop_token& stop) { write(stop); }};
    }
    [[nodiscard]] bool wait_for_commits(std::uint64_t count) {
        const std::uint64_t goal = commits_ + count;
        return wait_until([&] { return commits_ >= goal || !error_.empty(); }) && commits_ >= goal;
    }
    [[nodiscard]] bool fenced() const { return fenced_; }
    // After stop().
    [[nodiscard]] const std::string& error() const { return error_; }
    void stop() {
        thread_.request_stop();
        thread_.join();
    }

  private:
    void write(const std::stop_token& stop) {
        for (std::uint64_t turn = 1; !stop.stop_requested(); ++turn) {
            const std::string& write = writes_[turn % writes_.size()];
            const std::string sql = fmt::format(fmt::runtime(write), turn);
            try {
                application_(sql);
            } catch (const std::exception& error) {
                const std::string message = error.what();
                fenced_ = message.find("dbsync") != std::string::npos;
                if (!fenced_) {
                    error_ = message + " in " + sql;
                }
                return;
            }
            ++commits_;
            std::unique_lock lock{mutex_};
            pause_.wait_for(lock, stop, std::chrono::milliseconds{10}, [] { return false; });
        }
    }

    Application application_;
    std::vector<std::string> writes_;
    std::mutex mutex_;
    std::condition_variable_any pause_;
    std::atomic<std::uint64_t> commits_{0};
    std::atomic<bool> fenced_{false};
    std::string error_;
    std::jthread thread_;  // last: it uses all of the above
};

class CrossSchemasTest : public testing::TestWithParam<RealSchema> {};

TEST_P(CrossSchemasTest, MoveWhileTheyAreWrittenTo) {
    DBSYNC_NEEDS_ENGINE(GetParam().source);
    DBSYNC_NEEDS_ENGINE(GetParam().target);
    const TempDir home;
    const CrossEnds ends{GetParam().source, GetParam().target, home, GetParam().tables};
    DbsyncBinary dbsync{home};
    dbsync.set("DBSYNC_SOURCE", ends.url(End::Source));
    dbsync.set("DBSYNC_TARGET", ends.url(End::Target));
    const std::filesystem::path schemas{DBSYNC_SOURCE_DIR "/tests/scenario/cross_schemas"};
    ends.must_run(End::Source, read_file(schemas / GetParam().file));
    std::vector<std::string> check{"check"};
    check.insert(check.end(), GetParam().options.begin(), GetParam().options.end());
    const ProcessResult checked = dbsync.run(check);
    EXPECT_EQ(checked.exit_code, 0) << checked;
    for (const std::string& told : GetParam().told) {
        EXPECT_THAT(checked.out, testing::HasSubstr(told));
    }
    Application application = ends.application();
    if (is_mysql(GetParam().source)) {
        application("SET SESSION sql_mode = 'ALLOW_INVALID_DATES'");
    }
    SteadyWriter writer{std::move(application), GetParam().writes};
    ASSERT_TRUE(writer.wait_for_commits(20)) << writer.error();
    std::vector<std::string> migrate{"migrate", "--cutover", "--yes", "--chunk-rows", "40"};
    migrate.insert(migrate.end(), GetParam().options.begin(), GetParam().options.end());

    const ProcessResult moved = dbsync.run(migrate);

    EXPECT_EQ(moved.exit_code, 0) << moved;
    if (moved.exit_code == 0) {
        EXPECT_TRUE(wait_until([&] { return writer.fenced(); }));
    }
    writer.stop();
    EXPECT_EQ(writer.error(), "");
    ASSERT_EQ(moved.exit_code, 0);
    EXPECT_EQ(first_difference(ends.dump(End::Source), ends.dump(End::Target)), "");
    EXPECT_EQ(dbsync.run({"verify"}).exit_code, 0);
    for (const std::string& sql : GetParam().taken) {
        const ProcessResult result = ends.script(End::Target, sql);
        EXPECT_EQ(result.exit_code, 0) << sql << ": " << result;
    }
    for (const std::string& sql : GetParam().refused) {
        EXPECT_NE(ends.script(End::Target, sql).exit_code, 0) << sql;
    }
}

INSTANTIATE_TEST_SUITE_P(Schemas,
                         CrossSchemasTest,
                         testing::ValuesIn(real_schemas()),
                         [](const auto& each) {
                             return each.param.file.substr(0, each.param.file.find('.')) + "_" +
                                    each.param.source + "_to_" + each.param.target;
                         });

}  // namespace
}  // namespace dbsync::test
