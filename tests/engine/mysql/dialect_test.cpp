// SPDX-License-Identifier: MIT
// Words, values and texts of one server as another has them; needs no server.
#include "engine/mysql/dialect.hpp"

#include "base/error.hpp"
#include "engine/mysql/dialect_words.hpp"
#include "engine/mysql/schema_text.hpp"
#include "sql/tokens.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace dbsync::mysql {
namespace {

using ::testing::ElementsAre;

const Server mariadb_10{true, 101119, "MariaDB 10.11.19"};
const Server mariadb_11{true, 110806, "MariaDB 11.8.6"};
const Server mysql_9{false, 90704, "MySQL 9.7.4"};

TEST(DialectTest, MapsCollationsThatOneServerDoesNotHave) {
    EXPECT_EQ(carry_collation("utf8mb4_0900_ai_ci", mariadb_10), "utf8mb4_uca1400_nopad_ai_ci");
    EXPECT_EQ(carry_collation("utf8mb4_0900_ai_ci", mariadb_11), "utf8mb4_0900_ai_ci");
    EXPECT_EQ(carry_collation("utf8mb4_sv_0900_as_cs", mariadb_10),
              "utf8mb4_uca1400_swedish_nopad_as_cs");
    EXPECT_EQ(carry_collation("utf8mb4_0900_bin", mariadb_10), "utf8mb4_nopad_bin");
    EXPECT_EQ(carry_collation("utf8mb4_uca1400_ai_ci", mysql_9), "utf8mb4_0900_ai_ci");
    EXPECT_EQ(carry_collation("utf8mb4_uca1400_swedish_as_cs", mysql_9), "utf8mb4_sv_0900_as_cs");
    EXPECT_EQ(carry_collation("utf8mb3_uca1400_ai_ci", mysql_9), "utf8mb3_unicode_520_ci");
    EXPECT_EQ(carry_collation("utf8mb4_nopad_bin", mysql_9), "utf8mb4_0900_bin");
    EXPECT_EQ(carry_collation("latin1_german1_ci", mysql_9), "latin1_german1_ci");
    for (const char* none : {"utf8mb4_ja_0900_as_cs_ks", "utf8mb4_zh_0900_as_cs", "gb18030_bin"}) {
        EXPECT_THROW(static_cast<void>(carry_collation(none, mariadb_10)), Error) << none;
    }
    for (const char* none : {"utf8mb4_uca1400_ai_cs", "utf8mb4_general_nopad_ci",
                             "utf8mb4_uca1400_persian_ai_ci", "ucs2_uca1400_ai_ci"}) {
        EXPECT_THROW(static_cast<void>(carry_collation(none, mysql_9)), Error) << none;
    }
}

TEST(DialectTest, KeepsTheMeaningOfSqlModes) {
    EXPECT_EQ(carry_sql_mode("ANSI_QUOTES,NO_AUTO_CREATE_USER", mariadb_10, mysql_9),
              "TIME_TRUNCATE_FRACTIONAL,ANSI_QUOTES");
    EXPECT_EQ(carry_sql_mode("TIME_ROUND_FRACTIONAL,ANSI_QUOTES", mariadb_10, mysql_9),
              "ANSI_QUOTES");
    EXPECT_EQ(carry_sql_mode("ANSI_QUOTES", mysql_9, mariadb_10),
              "TIME_ROUND_FRACTIONAL,ANSI_QUOTES");
    EXPECT_EQ(carry_sql_mode("ORACLE", mariadb_10, mariadb_11), "ORACLE");
    EXPECT_THROW(static_cast<void>(carry_sql_mode("PIPES_AS_CONCAT,ORACLE", mariadb_10, mysql_9)),
                 Error);
}

TEST(DialectTest, FindsTypesThatATargetDoesNotHave) {
    Table table;
    table.name.name = "t";
    for (const char* type : {"uuid", "inet6", "vector(3)", "int(11)", "json"}) {
        table.columns.push_back({.name = type, .type = type});
    }
    const auto on = [&](const Server& server) {
        std::string text;
        for (const Finding& finding : type_findings(server, {&table, 1})) {
            text += (finding.severity == Severity::Fail   ? "fail "
                     : finding.severity == Severity::Warn ? "warn "
                                                          : "ok ") +
                    finding.message + "\n";
        }
        return text;
    };
    EXPECT_EQ(on(mysql_9),
              "warn column uuid: type uuid becomes char(36) CHARACTER SET ascii COLLATE"
              " ascii_general_ci\n"
              "warn column inet6: type inet6 becomes varchar(39) CHARACTER SET ascii COLLATE"
              " ascii_general_ci\n");
    EXPECT_EQ(on(mariadb_10),
              "fail column vector(3) has the type vector, which MariaDB 10.11.19 does not have\n"
              "ok column json: JSON is kept as text by MariaDB\n");
    EXPECT_EQ(on(mariadb_11), "ok column json: JSON is kept as text by MariaDB\n");
}

TEST(TokensTest, KnowQuotesCommentsAndEscapes) {
    const auto texts = [](std::string_view sql, const sql::TokenRules& rules = {}) {
        std::vector<std::string> found;
        for (const sql::Token& token : sql::tokenize(sql, rules)) {
            found.emplace_back(token.text);
        }
        found.pop_back();
        return found;
    };
    EXPECT_THAT(
        texts("a `b``;c` 'd\\'e''f' -- g\n(/*!80023 h */)"),
        ElementsAre("a", "`b``;c`", "'d\\'e''f'", "-- g\n", "(", "/*!80023", "h", "*/", ")"));
    EXPECT_THAT(texts("'a\\' b", rules_of("NO_BACKSLASH_ESCAPES")), ElementsAre("'a\\'", "b"));
    EXPECT_THAT(texts("x--1 #y\nz"), ElementsAre("x", "-", "-", "1", "#y\n", "z"));
    EXPECT_EQ(sql::tokenize("\"a\"\"b\"", rules_of("ANSI_QUOTES")).front().name(), "a\"b");
    EXPECT_EQ(sql::unwrapped("a /*!50100 b */ /*M!100301 c*/ /* d */"), "a  b   c /* d */");
}

TEST(SchemaTextTest, SurvivesNamesThatEndComments) {
    SchemaText text{.server = mysql_9,
                    .database = "a */ b",
                    .kind = "TABLE",
                    .name = "*/\n'\"\\",
                    .table = {},
                    .needs = {"x"},
                    .statement = "CREATE */\n"};
    const SchemaText again = decode(encode(text));
    EXPECT_EQ(again.name, text.name);
    EXPECT_EQ(again.database, text.database);
    EXPECT_EQ(again.statement, text.statement);
    EXPECT_EQ(again.needs, text.needs);
    EXPECT_EQ(again.server.version, 90704);
    EXPECT_EQ(encode(text).find("*/"), encode(text).find(" */\n") + 1);
}

}  // namespace
}  // namespace dbsync::mysql
