// SPDX-License-Identifier: MIT
// Random statements against tables with every kind of unique constraint: whatever differs after a
// statement must have been marked by it. DBSYNC_TEST_SEED repeats a run.
#include "base/error.hpp"
#include "engine/sqlite/source_fixture.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <random>

namespace dbsync::sqlite {

namespace {

constexpr int statements_per_round = 1'200;

constexpr const char* schema =
    "CREATE TABLE parent(id INTEGER PRIMARY KEY, a INT NOT NULL DEFAULT 3 UNIQUE,"
    " b TEXT COLLATE NOCASE UNIQUE, g INT AS (a + 1) UNIQUE);"
    "CREATE TABLE child(x TEXT NOT NULL, y INT NOT NULL, a INT UNIQUE,"
    " b TEXT DEFAULT 'd', PRIMARY KEY(x, y), FOREIGN KEY(y) REFERENCES parent(id)"
    " ON DELETE CASCADE ON UPDATE CASCADE) WITHOUT ROWID;"
    "CREATE UNIQUE INDEX child_b ON child(lower(b)) WHERE a > 2;"
    "CREATE TABLE code(a TEXT NOT NULL PRIMARY KEY COLLATE NOCASE, b INT, id INT,"
    " UNIQUE(b, id) ON CONFLICT REPLACE);"
    "CREATE TABLE loose(a, b INT UNIQUE);"
    "CREATE UNIQUE INDEX loose_a ON loose(abs(a), b);"
    "CREATE TRIGGER app AFTER UPDATE OF b ON code BEGIN"
    " UPDATE OR REPLACE loose SET b = NEW.b WHERE a = OLD.id; END";

class StressTest : public SourceTest, public testing::WithParamInterface<std::string> {
  protected:
    int number(int most) { return std::uniform_int_distribution<int>{0, most - 1}(random_); }
    std::string pick(const std::vector<std::string>& from) {
        return from[static_cast<std::size_t>(number(static_cast<int>(from.size())))];
    }
    std::string value() {
        return pick({"NULL", fmt::format("{}", number(8)), fmt::format("-{}", number(8)),
                     fmt::format("'{}'", number(8)), fmt::format("'t{}'", number(5)),
                     fmt::format("'T{}'", number(5))});
    }
    std::string clause() {
        return pick({"", "OR REPLACE", "OR REPLACE", "OR IGNORE", "OR FAIL", "OR ABORT"});
    }
    std::string insert(const std::string& table) {
        if (table == "parent") {
            return fmt::format("INSERT {} INTO parent(id, a, b) VALUES ({}, {}, {}), ({}, {}, {})",
                               clause(), number(9), value(), value(), value(), value(), value());
        }
        if (table == "child") {
            return fmt::format("INSERT {} INTO child VALUES ({}, {}, {}, {})", clause(), value(),
                               number(9), value(), value());
        }
        if (table == "code") {
            return fmt::format("INSERT {} INTO code(rowid, a, b, id) VALUES ({}, {}, {}, {})",
                               clause(), number(12), value(), value(), value());
        }
        return fmt::format("INSERT {} INTO loose(rowid, a, b) VALUES ({}, {}, {})", clause(),
                           number(12), value(), value());
    }
    std::string update(const std::string& table) {
        const std::string where =
            fmt::format("WHERE {} = {} OR {} = {}", table == "loose" ? "a" : "b", value(),
                        table == "child" ? "y" : "a", value());
        const std::map<std::string, std::vector<std::string>> columns{
            {"parent", {"id", "a", "b"}},
            {"child", {"x", "y", "a", "b"}},
            {"code", {"rowid", "a", "b", "id"}},
            {"loose", {"rowid", "a", "b"}}};
        return fmt::format("UPDATE {} {} SET {} = {}, {} = {} {}", clause(), table,
                           columns.at(table)[0], value(), pick(columns.at(table)), value(), where);
    }
    std::string statement() {
        const std::string table = pick({"parent", "child", "code", "loose"});
        switch (number(10)) {
            case 0:
                return fmt::format("DELETE FROM {} WHERE {} = {}", table,
                                   table == "child" ? "y" : "a", value());
            case 1:
                return fmt::format(
                    "INSERT INTO parent(id, a, b) VALUES ({}, {}, {})"
                    " ON CONFLICT(id) DO UPDATE SET a = excluded.a, b = excluded.b",
                    number(9), value(), value());
            case 2:
            case 3:
            case 4:
                return update(table);
            default:
                return insert(table);
        }
    }
    using Contents = std::map<std::string, std::map<std::string, std::string>>;
    Contents contents() {
        Contents all;
        for (const Table& table : tables_) {
            all[table.name.name] = content(*app_, table);
        }
        return all;
    }
    void expect_marked(const Contents& before, const Contents& after, const std::string& text) {
        for (const Table& table : tables_) {
            const auto& old_rows = before.at(table.name.name);
            const auto& new_rows = after.at(table.name.name);
            std::map<std::string, std::string> changed;
            std::set_symmetric_difference(old_rows.begin(), old_rows.end(), new_rows.begin(),
                                          new_rows.end(), std::inserter(changed, changed.end()));
            std::set<std::string> marked;
            for (std::string key : marks(*app_, table)) {
                marked.insert(folded(std::move(key)));
            }
            for (const auto& [key, row] : changed) {
                ASSERT_TRUE(marked.contains(folded(key))) << table.name.name << ": " << text;
            }
        }
    }
    // Keys of `code` are equal under NOCASE; folding the others hides nothing in these values.
    static std::string folded(std::string key) {
        for (char& c : key) {
            c = c == 'T' ? 't' : c;
        }
        return key;
    }

    std::mt19937 random_;
    std::vector<Table> tables_;
};

TEST_P(StressTest, MarksEveryRowThatDiffers) {
    const char* given = std::getenv("DBSYNC_TEST_SEED");
    const unsigned seed =
        given != nullptr ? static_cast<unsigned>(std::stoul(given)) : std::random_device{}();
    SCOPED_TRACE(fmt::format("seed {}", seed));
    random_.seed(seed);
    make(schema);
    tables_ = capture();
    app_->run("PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=" +
              GetParam());
    int done = 0;
    for (int i = 0; i < statements_per_round && !HasFatalFailure(); ++i) {
        for (const Table& table : tables_) {
            app_->run("DELETE FROM " + quote_ident(delta_name(table.id)));
        }
        const Contents before = contents();
        const std::string text = statement();
        try {
            app_->run(text);
            ++done;
        } catch (const Error&) {
            // A constraint; OR FAIL may have left part of the statement's work.
        }
        expect_marked(before, contents(), text);
    }
    EXPECT_GT(done, statements_per_round / 4);
}

INSTANTIATE_TEST_SUITE_P(RecursiveTriggers, StressTest, testing::Values("OFF", "ON"));

}  // namespace

}  // namespace dbsync::sqlite
