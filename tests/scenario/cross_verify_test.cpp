// SPDX-License-Identifier: MIT
// Between every pair of engines, values that are deliberately wrong on the target by as little as
// can be are found, named and mended by verify.
#include "scenario/cross_traffic.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace dbsync::test {
namespace {

using testing::UnorderedElementsAreArray;

std::string exact_schema(const std::string& engine) {
    if (engine == "sqlite") {
        return "CREATE TABLE exact (id INTEGER PRIMARY KEY, raw BLOB, price DECIMAL(12,3),"
               " word TEXT, at DATETIME, ratio DOUBLE, ok BOOLEAN, doc JSON, day DATE, uid UUID,"
               " whole BIGINT);"
               "CREATE TABLE named (k TEXT NOT NULL PRIMARY KEY, v TEXT);"
               "CREATE TABLE loose (a INTEGER, b TEXT);";
    }
    if (engine == "postgres") {
        return "CREATE TABLE exact (id integer PRIMARY KEY, raw bytea, price numeric(12,3),"
               " word text, at timestamp, ratio double precision, ok boolean, doc jsonb, day date,"
               " uid uuid, whole bigint);"
               "CREATE TABLE named (k text PRIMARY KEY, v text);"
               "CREATE TABLE loose (a integer, b text);";
    }
    return "CREATE TABLE exact (id INT PRIMARY KEY, raw LONGBLOB, price DECIMAL(12,3), word TEXT,"
           " at DATETIME(6), ratio DOUBLE, ok TINYINT(1), doc JSON, day DATE, uid CHAR(36),"
           " whole BIGINT);"
           "CREATE TABLE named (k VARCHAR(60) COLLATE utf8mb4_bin PRIMARY KEY, v TEXT);"
           "CREATE TABLE loose (a INT, b TEXT);";
}

std::string exact_rows(const std::string& engine) {
    const Literals literals{engine};
    std::string sql;
    for (int id = 1; id <= 40; ++id) {
        sql += fmt::format("INSERT INTO exact VALUES ({}, {}, 12.345, {}, '2024-03-31 02:30:00.5', "
                           "0.1, {}, '{{\"a\": [1, \"x\"]}}', '2024-02-29', "
                           "'0123abcd-89ab-4def-8123-456789abcdef', 9007199254740993);",
                           id, literals.bytes("00ff10"),
                           id == 3   ? "''"
                           : id == 4 ? "NULL"
                                     : "'Text'",
                           literals.boolean(true));
    }
    for (const char* key : {"a", "B", "ä", "b~", "é", "Z", "日", "10", "9"}) {
        sql += fmt::format("INSERT INTO named VALUES ('{}', 'v');", key);
    }
    for (int a = 1; a <= 20; ++a) {
        sql += fmt::format("INSERT INTO loose VALUES ({}, 'same'), (NULL, 'twice');", a % 5);
    }
    return sql;
}

std::vector<SpelledTable> exact_tables() {
    return {{"exact",
             {{"id", Spell::Number},
              {"raw", Spell::Bytes},
              {"price", Spell::Number},
              {"word"},
              {"at", Spell::Moment},
              {"ratio", Spell::Float},
              {"ok", Spell::Bool},
              {"doc", Spell::Json},
              {"day", Spell::Date},
              {"uid", Spell::Uuid},
              {"whole", Spell::Number}}},
            {"named", {{"k"}, {"v"}}},
            {"loose", {{"a", Spell::Number}, {"b"}}}};
}

struct Wrong {
    std::string value;   // on the target
    std::string column;
};

// One wrong value a row, from row 1 on.
std::vector<Wrong> wrong_values(const std::string& target) {
    const Literals literals{target};
    return {{literals.bytes("00ff11"), "raw"},       // one bit
            {"12.346", "price"},                     // one digit
            {"NULL", "word"},                        // where the source has an empty string
            {"''", "word"},                          // where the source has NULL
            {"'Text '", "word"},                     // a trailing space
            {"'text'", "word"},                      // a letter's case
            {"'2024-03-31 03:30:00.5'", "at"},       // an hour
            {"'2024-03-31 02:30:00.500001'", "at"},  // a microsecond
            {"0.10000000000000002", "ratio"},        // the next double
            {literals.boolean(false), "ok"},
            {R"('{"a": [1, "y"]}')", "doc"},
            {R"('{"a": [1, "x"], "b": null}')", "doc"},
            {"'2024-02-28'", "day"},
            {"'0123abcd-89ab-4def-8123-456789abcdee'", "uid"},
            {"9007199254740992", "whole"},           // the same as a double
            {"NULL", "raw"},
            {literals.bytes(""), "raw"},
            {"'Тext'", "word"}};                     // a letter that looks alike
}

// "table|key|kind|columns" of everything that verify names.
std::vector<std::string> named(const ProcessResult& verified) {
    std::vector<std::string> all;
    const auto result = nlohmann::json::parse(verified.out, nullptr, false);
    if (result.is_discarded() || !result.contains("tables")) {
        return all;
    }
    for (const auto& table : result["tables"]) {
        for (const auto& example : table["examples"]) {
            std::string key;
            for (const auto& [column, value] : example["key"].items()) {
                key += value.get<std::string>();
            }
            std::string columns;
            for (const auto& column : example["columns"]) {
                columns += column.get<std::string>();
            }
            std::string name = table["table"].get<std::string>();
            name.erase(0, name.find('.') == std::string::npos ? 0 : name.find('.') + 1);
            all.push_back(fmt::format("{}|{}|{}|{}", name, name == "loose" ? "" : key,
                                      example["kind"].get<std::string>(), columns));
        }
    }
    return all;
}

class CrossVerifyTest : public testing::TestWithParam<EnginePairName> {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_ENGINE(GetParam().first);
        DBSYNC_NEEDS_ENGINE(GetParam().second);
        ends_ = std::make_unique<CrossEnds>(GetParam().first, GetParam().second, home_,
                                            exact_tables());
        dbsync_.set("DBSYNC_SOURCE", ends_->url(End::Source));
        dbsync_.set("DBSYNC_TARGET", ends_->url(End::Target));
        ends_->must_run(End::Source, exact_schema(GetParam().first));
        ends_->must_run(End::Source, exact_rows(GetParam().first));
        const ProcessResult moved = dbsync_.run({"migrate"});
        ASSERT_EQ(moved.exit_code, 0) << moved;
    }

    // What was named is mended, and only that was wrong.
    void expect_mended() const {
        const ProcessResult refused = dbsync_.run({"cutover", "--yes"});
        EXPECT_EQ(refused.exit_code, 7) << refused;
        const ProcessResult repaired = dbsync_.run({"verify", "--repair"});
        EXPECT_EQ(repaired.exit_code, 0) << repaired;
        const ProcessResult verified = dbsync_.run({"verify"});
        EXPECT_EQ(verified.exit_code, 0) << verified;
        EXPECT_EQ(first_difference(ends_->dump(End::Source), ends_->dump(End::Target)), "");
    }

    TempDir home_;
    DbsyncBinary dbsync_{home_};
    std::unique_ptr<CrossEnds> ends_;
};

TEST_P(CrossVerifyTest, NamesAndMendsEveryWrongValue) {
    std::string sql;
    std::vector<std::string> expected;
    int id = 0;
    for (const Wrong& wrong : wrong_values(GetParam().second)) {
        ++id;
        sql += fmt::format("UPDATE exact SET {} = {} WHERE id = {};", wrong.column, wrong.value,
                           id);
        expected.push_back(fmt::format("exact|{}|different|{}", id, wrong.column));
    }
    ends_->must_run(End::Target, sql);

    const ProcessResult found = dbsync_.run({"verify", "--json"});

    EXPECT_EQ(found.exit_code, 6) << found;
    EXPECT_THAT(named(found), UnorderedElementsAreArray(expected)) << found;
    expect_mended();
}

TEST_P(CrossVerifyTest, NamesAndMendsMissingAndExtraRows) {
    ends_->must_run(End::Target,
                    "DELETE FROM exact WHERE id IN (1, 20, 40);"
                    "INSERT INTO exact (id, word) VALUES (1000, 'x'), (-5, NULL), (41, 'x');"
                    "UPDATE exact SET id = 1030 WHERE id = 30;"
                    "UPDATE named SET k = 'A' WHERE k = 'a';"
                    "UPDATE named SET k = 'é ' WHERE k = 'é';"
                    "UPDATE named SET v = 'V' WHERE k = 'ä';"
                    "DELETE FROM named WHERE k = '日'");

    const ProcessResult found = dbsync_.run({"verify", "--json"});

    EXPECT_EQ(found.exit_code, 6) << found;
    EXPECT_THAT(named(found), UnorderedElementsAreArray(
                                  {"exact|1|missing|", "exact|20|missing|", "exact|40|missing|",
                                   "exact|1000|extra|", "exact|-5|extra|", "exact|41|extra|",
                                   "exact|30|missing|", "exact|1030|extra|", "named|a|missing|",
                                   "named|A|extra|", "named|é|missing|", "named|é |extra|",
                                   "named|ä|different|v", "named|日|missing|"}))
        << found;
    expect_mended();
}

// Rows without a key are told apart by all they hold, and counted.
TEST_P(CrossVerifyTest, FindsAndMendsRowsWithoutAKey) {
    ends_->must_run(End::Target,
                    "INSERT INTO loose VALUES (NULL, 'twice');"
                    "UPDATE loose SET b = 'Same' WHERE a = 3;"
                    "DELETE FROM loose WHERE a = 4");

    const ProcessResult found = dbsync_.run({"verify"});

    EXPECT_EQ(found.exit_code, 6) << found;
    EXPECT_THAT(found.out, testing::HasSubstr("loose")) << found;
    expect_mended();
}

INSTANTIATE_TEST_SUITE_P(Pairs,
                         CrossVerifyTest,
                         testing::ValuesIn(engine_pairs()),
                         engine_pair_name);

}  // namespace
}  // namespace dbsync::test
