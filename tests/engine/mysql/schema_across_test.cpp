// SPDX-License-Identifier: MIT
// The schema of a MySQL server made on a MariaDB server, the other way round, and between versions.
#include "base/error.hpp"
#include "engine/mysql/schema_export.hpp"
#include "engine/mysql/target_schema.hpp"
#include "schema_items.hpp"
#include "support/mysql_server.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>

namespace dbsync::mysql {
namespace {

constexpr const char* job = "move";

struct Pair {
    std::string source;
    std::string target;

    friend std::ostream& operator<<(std::ostream& out, const Pair& pair) {
        return out << pair.source << " to " << pair.target;
    }
};

class SchemaAcrossTest : public ::testing::TestWithParam<Pair> {};

constexpr const char* shared_schema = R"(
CREATE TABLE t (id int PRIMARY KEY AUTO_INCREMENT, v varchar(20) DEFAULT 'x', b text,
  n int DEFAULT 0,
  at datetime(3) DEFAULT CURRENT_TIMESTAMP(3), g int GENERATED ALWAYS AS (n + 1) STORED,
  h int DEFAULT 5 INVISIBLE, j json, p point NOT NULL, u varchar(9) CHARACTER SET utf8mb3,
  k int DEFAULT (1 + 2), KEY (v), KEY (n DESC), FULLTEXT KEY ft (b), SPATIAL KEY sp (p),
  CHECK (n >= 0));
CREATE TABLE c (id int PRIMARY KEY, t int, CHECK (t > 0),
  CONSTRAINT fk FOREIGN KEY (t) REFERENCES t (id));
CREATE VIEW v AS SELECT t.id, UPPER(t.v) AS v FROM t JOIN c ON c.t = t.id;
CREATE FUNCTION f(a int) RETURNS int DETERMINISTIC RETURN a + 1;
CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.n = f(NEW.n);
)";

TEST_P(SchemaAcrossTest, CarriesWhatBothKnow) {
    DBSYNC_NEEDS_MYSQL(GetParam().source);
    DBSYNC_NEEDS_MYSQL(GetParam().target);
    test::MysqlServer& from = test::mysql_server(GetParam().source);
    test::MysqlServer& to = test::mysql_server(GetParam().target);
    const std::string own = from.is_mariadb()
                                ? "CHARACTER SET utf8mb4 COLLATE utf8mb4_uca1400_ai_ci"
                                : "CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci";
    const std::string a = from.create_database(own);
    const std::string b = to.create_database();
    from.exec(shared_schema, a);
    if (from.is_mariadb()) {
        from.exec(
            "CREATE TABLE m (id uuid PRIMARY KEY DEFAULT uuid(), i inet6, d date DEFAULT"
            " curdate(), t text DEFAULT 'a', b blob DEFAULT x'00', c text COMPRESSED,"
            " v int, KEY k (v) IGNORED) `PAGE_COMPRESSED`=1",
            a);
    } else {
        from.exec(
            "CREATE TABLE m (id int PRIMARY KEY, g geomcollection, d varchar(40) DEFAULT"
            " (uuid()), s point NOT NULL SRID 4326, v int, n int GENERATED ALWAYS AS (v + 1)"
            " STORED NOT NULL, KEY k (v) INVISIBLE, CONSTRAINT loose CHECK (v > 1) NOT"
            " ENFORCED) ENCRYPTION='N'",
            a);
    }
    Connection source{Endpoint::parse(from.url(a), ""), {.role = Role::Source}};
    Connection target{Endpoint::parse(to.url(b), ""), {.role = Role::Target}};
    const auto items = export_schema(source, tables_of(source));
    for (const SchemaStage stage : {SchemaStage::Before, SchemaStage::After, SchemaStage::Last}) {
        run_schema(target, job, of_stage(items, stage));
    }
    run_asleep(target, job, of_stage(items, SchemaStage::Asleep));
    to.exec("INSERT INTO t (p) VALUES (ST_GeomFromText('POINT(1 2)')); INSERT INTO c VALUES (1, 1)",
            b);
    EXPECT_EQ(to.value("SELECT CONCAT_WS(',', id, v, n, g, h, k) FROM t", b), "1,x,1,2,5,3");
    EXPECT_EQ(to.value("SELECT v FROM v", b), "X");
    EXPECT_THROW(to.exec("INSERT INTO c VALUES (2, 9)", b), test::MysqlError);
    EXPECT_THROW(to.exec("INSERT INTO c VALUES (2, -1)", b), test::MysqlError);
    EXPECT_EQ(to.value("SELECT COUNT(DISTINCT index_name) FROM information_schema.statistics"
                       " WHERE table_schema = DATABASE() AND table_name = 't'",
                       b),
              "5");
}

TEST_P(SchemaAcrossTest, RefusesBeforeAnythingIsMade) {
    DBSYNC_NEEDS_MYSQL(GetParam().source);
    DBSYNC_NEEDS_MYSQL(GetParam().target);
    test::MysqlServer& from = test::mysql_server(GetParam().source);
    test::MysqlServer& to = test::mysql_server(GetParam().target);
    if (from.is_mariadb() == to.is_mariadb()) {
        GTEST_SKIP() << "one language";
    }
    const std::string a = from.create_database();
    const std::string b = to.create_database();
    from.exec(from.is_mariadb() ? "CREATE TABLE a (id int); CREATE TABLE b (t text, UNIQUE (t))"
                                : "CREATE TABLE a (id int); CREATE TABLE b (t varchar(9), KEY"
                                  " ((lower(t))))",
              a);
    Connection source{Endpoint::parse(from.url(a), ""), {.role = Role::Source}};
    Connection target{Endpoint::parse(to.url(b), ""), {.role = Role::Target}};
    try {
        run_schema(target, job,
                   of_stage(export_schema(source, tables_of(source)), SchemaStage::Before));
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Unsupported);
        EXPECT_EQ(error.fields().table, "b");
        EXPECT_FALSE(error.fields().hint.empty());
    }
    EXPECT_EQ(to.value("SHOW TABLES LIKE 'a'", b), "");
}

INSTANTIATE_TEST_SUITE_P(Servers,
                         SchemaAcrossTest,
                         ::testing::Values(Pair{"mariadb", "mysql"},
                                           Pair{"mysql", "mariadb"},
                                           Pair{"mariadb", "mariadb-11.8"},
                                           Pair{"mariadb-11.8", "mysql"},
                                           Pair{"mariadb-11.8", "mariadb"},
                                           Pair{"mysql", "mariadb-11.8"}),
                         [](const auto& each) {
                             std::string name = each.param.source + "_to_" + each.param.target;
                             std::replace_if(
                                 name.begin(), name.end(),
                                 [](char c) { return c == '-' || c == '.'; }, '_');
                             return name;
                         });

}  // namespace
}  // namespace dbsync::mysql
