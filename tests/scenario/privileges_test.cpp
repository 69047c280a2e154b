// SPDX-License-Identifier: MIT
// The GRANT lists of docs/operating/privileges.md, run as they stand there, are enough for a move.
#include "support/dbsync_binary.hpp"
#include "support/postgres_server.hpp"
#include "support/source_tree.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace dbsync::test {
namespace {

// The indented SQL below a heading, one statement a line, without its comments.
std::vector<std::string> statements_below(const std::string& heading) {
    std::vector<std::string> statements;
    bool inside = false;
    for (const std::string& line :
         lines(read_file(std::string{DBSYNC_SOURCE_DIR} + "/docs/operating/privileges.md"))) {
        if (line.starts_with("## ")) {
            inside = line == "## " + heading;
        } else if (inside && line.starts_with("    ")) {
            statements.push_back(line.substr(4, line.find(';') - 3));
        }
    }
    return statements;
}

void run_grants(const PostgresServer& server, const std::string& heading) {
    const std::vector<std::string> statements = statements_below(heading);
    ASSERT_GE(statements.size(), 3U);
    for (const std::string& statement : statements) {
        // PostgreSQL 15 is the first with privileges on parameters; before, check only warns.
        if (statement.find("ON PARAMETER") == std::string::npos || server.major() >= 15) {
            server.exec(statement);
        }
    }
}

constexpr const char* application =
    "CREATE TABLE customer (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    "  email text UNIQUE NOT NULL);"
    "CREATE TABLE \"Order\" (id serial PRIMARY KEY, customer bigint REFERENCES customer,"
    "  total numeric CHECK (total >= 0));"
    "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
    "CREATE TRIGGER touch BEFORE UPDATE ON customer FOR EACH ROW EXECUTE FUNCTION touch();"
    "INSERT INTO customer (email) SELECT 'c' || i FROM generate_series(1, 100) AS i;"
    "INSERT INTO \"Order\" (customer, total) SELECT i % 100 + 1, i FROM generate_series(1, 999) i";

TEST(PrivilegesTest, TheDocumentedGrantsAreEnough) {
    DBSYNC_NEEDS_POSTGRES("system");
    const TempDir home;
    DbsyncBinary dbsync{home};
    PostgresServer& source = source_server();
    PostgresServer& target = target_server();
    source.exec("CREATE ROLE shop_owner");
    source.exec("CREATE ROLE app LOGIN");
    source.exec("CREATE DATABASE shop OWNER shop_owner");
    source.exec(std::string{"ALTER SCHEMA public OWNER TO shop_owner; SET ROLE shop_owner;"} +
                    application +
                    "; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA"
                    " public TO app; GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO app",
                "shop");
    run_grants(source, "PostgreSQL, source");
    run_grants(target, "PostgreSQL, target");
    dbsync.set("DBSYNC_SOURCE", source.url("shop", "mover"));
    dbsync.set("DBSYNC_TARGET", target.url("shop", "mover"));

    const ProcessResult online = dbsync.run({"migrate"});
    ASSERT_EQ(online.exit_code, 0) << online;
    PgSession app{source.url("shop", "app")};
    app.exec(
        "INSERT INTO customer (email) VALUES ('late'); DELETE FROM \"Order\" WHERE id < 50;"
        "UPDATE \"Order\" SET total = total + 1 WHERE id > 900");
    const ProcessResult cutover = dbsync.run({"cutover", "--yes"});

    ASSERT_EQ(cutover.exit_code, 0) << cutover;
    EXPECT_EQ(target.dump("shop"), source.dump("shop"));
    EXPECT_THROW(app.exec("INSERT INTO customer (email) VALUES ('too late')"), PgError);
    const ProcessResult stop = dbsync.run({"stop-capture"});
    EXPECT_EQ(stop.exit_code, 0) << stop;
    EXPECT_EQ(source.value("SELECT to_regnamespace('dbsync') IS NULL", "shop"), "t");
}

}  // namespace
}  // namespace dbsync::test
