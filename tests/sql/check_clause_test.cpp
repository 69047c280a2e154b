// SPDX-License-Identifier: MIT
#include "sql/check_clause.hpp"

#include <gmock/gmock.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dbsync::sql {
namespace {

using ::testing::Optional;

constexpr CheckDialect postgres{.tokens = standard_tokens, .equal_texts_are_alike = true};
constexpr CheckDialect sqlite{.tokens = {.ansi_quotes = true,
                                         .backslash_escapes = false,
                                         .hash_comments = false,
                                         .brackets = true},
                              .equal_texts_are_alike = true,
                              .dates_are_texts = true,
                              .folds_names = true};

ModelColumn column(std::string name, Kind kind) {
    ModelColumn made;
    made.name = std::move(name);
    made.type.kind = kind;
    return made;
}

std::optional<std::string> read(std::string_view clause, const CheckDialect& dialect) {
    static const std::vector<ModelColumn> columns{
        column("a", Kind::Int), column("d", Kind::DateTime), column("s", Kind::Text),
        column("b", Kind::Bool), column("Two words", Kind::Decimal), column("f", Kind::Float64)};
    return portable_check(clause, columns, dialect);
}

void expect_none(const CheckDialect& dialect, std::initializer_list<const char*> clauses) {
    for (const char* clause : clauses) {
        const auto made = read(clause, dialect);
        EXPECT_FALSE(made) << clause << " → " << made.value_or("");
    }
}

TEST(PortableCheck, TakesComparisonsAsMysqlPrintsThem) {
    EXPECT_THAT(read("(`a` > 0)", {}), Optional(std::string{R"(("a" > 0))"}));
    EXPECT_THAT(read("((`a` > -(1)) or (5 != `a`))", {}),
                Optional(std::string{R"((("a" > -1) OR (5 <> "a")))"}));
    EXPECT_THAT(read("`d` > _utf8mb4'2026-01-01 10:00:00'", {}),
                Optional(std::string{R"("d" > '2026-01-01 10:00:00')"}));
    EXPECT_THAT(read("`s` is null or `a` not in (1,2)", {}),
                Optional(std::string{R"("s" IS NULL OR "a" NOT IN (1, 2))"}));
    EXPECT_THAT(read("`b` in (0,1)", {}), Optional(std::string{R"("b" IN (FALSE, TRUE))"}));
    expect_none({}, {"`a` <=> 1", "`a` + 1 > 2", "`a` > '5'", "`s` = 'x'", "`nowhere` > 1", "`a`",
                     "1 = 1", "`a` > `d`", "`a` > 1 > 0", "(`a` > 1) > 0", "`a` > 0x10",
                     "json_valid(`s`)", "`a` between 1", "not", "(`a` > 1", "`a` > 1)", "",
                     "`d` > 'soon'", "`a` % 2 = 0", "`a` > 1 xor `a` < 5", "`a` = true",
                     "`b` > 0", "`b` = 2"});
}

TEST(PortableCheck, TakesComparisonsAsPostgresPrintsThem) {
    EXPECT_THAT(read(R"(((a > 0) AND ("Two words" <= (10)::numeric)))", postgres),
                Optional(std::string{R"((("a" > 0) AND ("Two words" <= 10)))"}));
    EXPECT_THAT(read("(s = ANY (ARRAY['a'::text, 'it''s'::text]))", postgres),
                Optional(std::string{R"(("s" IN ('a', 'it''s')))"}));
    EXPECT_THAT(read("((s)::text = ANY ((ARRAY['a'::character varying,"
                     " '2026-01-01'::character varying])::text[]))",
                     postgres),
                Optional(std::string{R"(("s" IN ('a', '2026-01-01')))"}));
    EXPECT_THAT(read("(a <> ALL (ARRAY[1, 2]))", postgres),
                Optional(std::string{R"(("a" NOT IN (1, 2)))"}));
    EXPECT_THAT(read("(d >= '2026-01-01 00:00:00'::timestamp without time zone)", postgres),
                Optional(std::string{R"(("d" >= '2026-01-01 00:00:00'))"}));
    EXPECT_THAT(read("(b = true)", postgres), Optional(std::string{R"(("b" = TRUE))"}));
    expect_none(postgres,
                {"(s > 'a'::text)", "(a > (1.5)::integer)", "((a)::double precision > 0.5)",
                 "(s ~ 'x'::text)", "(a = ANY (ARRAY[1, 2]::text[]))", "(s = 'a'::citext)",
                 "(a = ANY (1, 2))", "(a > ANY (ARRAY[1]))", R"((s = 'a\b'::text))",
                 "((s)::character(3) = 'abc'::bpchar)", "(a @> 1)", "b", "(NOT b)"});
}

TEST(PortableCheck, TakesComparisonsAsApplicationsWriteThemForSqlite) {
    EXPECT_THAT(read("A >= 0 -- never below\n and [two words]<9.5", sqlite),
                Optional(std::string{R"("a" >= 0 AND "Two words" < 9.5)"}));
    EXPECT_THAT(read("s IN ('new', 'done')", sqlite),
                Optional(std::string{R"("s" IN ('new', 'done'))"}));
    EXPECT_THAT(read(R"(b == 1 OR "b" = 0)", sqlite),
                Optional(std::string{R"("b" = TRUE OR "b" = FALSE)"}));
    expect_none(sqlite, {"d > '2026-01-01 00:00:00'", "length(s) < 5", R"(s IN ("new"))",
                         "s LIKE 'a%'", "typeof(a) = 'integer'", "a > 0 COLLATE NOCASE", "a IS 1",
                         "s = 5", "a = '5'", "a <> f", "f > 9007199254740993"});
    EXPECT_THAT(read("f > 0.5 and 0 <= f", sqlite),
                Optional(std::string{R"("f" > 0.5 AND 0 <= "f")"}));
}

TEST(PortableCheck, LeavesTextsOfOtherCollations) {
    ModelColumn s = column("s", Kind::Text);
    s.type.ignores_case = true;
    EXPECT_FALSE(portable_check("s = 'x'", {s}, sqlite));
    s.type.ignores_case = false;
    EXPECT_TRUE(portable_check("s = 'x'", {s}, sqlite));
    s.type.fixed_length = true;
    EXPECT_FALSE(portable_check("s = 'x'", {s}, postgres));
}

}  // namespace
}  // namespace dbsync::sql
