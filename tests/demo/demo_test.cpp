// SPDX-License-Identifier: MIT
// The demo's witness must be beyond doubt before it may say anything about dbsync: here the move
// is a plain copy of the file, and what was lost, added or changed on purpose must be reported.
#include "demo/checker.hpp"
#include "demo/journal.hpp"
#include "demo/shop.hpp"
#include "demo/writers.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace dbsync::demo {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr ShopSize small{.customers = 200, .products = 100, .orders = 500};
constexpr WriterOptions quick{.writers = 3,
                              .rate = 3'000,
                              .busy_timeout = milliseconds{5'000},
                              .switch_wait_max = milliseconds{20'000}};
constexpr milliseconds wait_max{20'000};

class DemoTest : public testing::Test {
  protected:
    DemoTest() {
        std::string pattern = (std::filesystem::temp_directory_path() / "dbsync-demo-XXXXXX");
        folder_ = ::mkdtemp(pattern.data());
        source_ = folder_ / "old.db";
        target_ = folder_ / "new.db";
        create_shop(source_, small);
    }
    ~DemoTest() override { std::filesystem::remove_all(folder_); }

    static void execute(const std::string& path, const std::string& sql) {
        SQLite::Database{path, SQLite::OPEN_READWRITE, 5'000}.exec(sql);
    }

    void copy_to_target() { execute(source_, "VACUUM INTO '" + target_ + "'"); }

    // A source with a few hundred acknowledged commits, and its plain copy.
    ShopState written_and_copied() {
        Journal journal{read_shop(source_)};
        Writers writers{source_, small, quick, journal};
        EXPECT_TRUE(writers.wait_for_commits(300, wait_max));
        writers.stop();
        copy_to_target();
        return journal.owed();
    }

    std::filesystem::path folder_;
    std::string source_;
    std::string target_;
};

TEST_F(DemoTest, CreatesTwoHundredThousandRowsThatKeepTheirForeignKeys) {
    const std::string path = folder_ / "full.db";
    create_shop(path, ShopSize{});

    SQLite::Database database{path, SQLite::OPEN_READONLY};
    const int rows = database.execAndGet(
        "SELECT (SELECT count(*) FROM customers) + (SELECT count(*) FROM products) + "
        "(SELECT count(*) FROM orders) + (SELECT count(*) FROM order_items)");
    EXPECT_GT(rows, 190'000);
    SQLite::Statement broken{database, "PRAGMA foreign_key_check"};
    EXPECT_FALSE(broken.executeStep());
}

TEST_F(DemoTest, FindsNothingWrongWithAFaithfulCopy) {
    const ShopState owed = written_and_copied();

    const CheckResult result = check_shop(owed, read_shop(target_));

    EXPECT_TRUE(result.right());
    EXPECT_THAT(result.examples, ElementsAre());
    EXPECT_GE(result.acknowledged, 300U);
    EXPECT_EQ(result.present, result.acknowledged);
}

TEST_F(DemoTest, ReportsALostOrder) {
    const ShopState owed = written_and_copied();
    execute(target_,
            "DELETE FROM order_items WHERE order_id = (SELECT max(id) FROM orders);"
            "DELETE FROM orders WHERE id = (SELECT max(id) FROM orders)");

    const CheckResult result = check_shop(owed, read_shop(target_));

    EXPECT_FALSE(result.right());
    EXPECT_THAT(result.examples, ElementsAre(HasSubstr("is missing")));
}

TEST_F(DemoTest, ReportsAnOrderTooMany) {
    const ShopState owed = written_and_copied();
    execute(target_,
            "INSERT INTO orders (customer_id, number, total_cents, placed_at) "
            "VALUES (1, 'ghost', 1, '')");

    const CheckResult result = check_shop(owed, read_shop(target_));

    EXPECT_FALSE(result.right());
    EXPECT_THAT(result.examples, ElementsAre(HasSubstr("should not be")));
}

TEST_F(DemoTest, ReportsANullThatBecameAnEmptyText) {
    const ShopState owed = written_and_copied();
    execute(target_,
            "UPDATE order_items SET gift_note = '' WHERE (order_id, line) = "
            "(SELECT order_id, line FROM order_items WHERE gift_note IS NULL LIMIT 1)");

    const CheckResult result = check_shop(owed, read_shop(target_));

    EXPECT_FALSE(result.right());
    EXPECT_THAT(result.examples, ElementsAre(HasSubstr("differs")));
}

TEST_F(DemoTest, ReportsAChangedStock) {
    const ShopState owed = written_and_copied();
    execute(target_, "UPDATE products SET stock = stock + 1 WHERE id = 7");

    const CheckResult result = check_shop(owed, read_shop(target_));

    EXPECT_FALSE(result.right());
    EXPECT_THAT(result.examples, ElementsAre("product 7 differs from what was acknowledged"));
}

TEST_F(DemoTest, ReportsALostReceiptAndAnUnexpectedOne) {
    const ShopState owed = written_and_copied();
    execute(target_,
            "UPDATE receipts SET token = 1 WHERE token = (SELECT max(token) FROM receipts)");

    const CheckResult result = check_shop(owed, read_shop(target_));

    EXPECT_FALSE(result.right());
    EXPECT_EQ(result.present, result.acknowledged - 1);
    EXPECT_EQ(result.extra, 1U);
}

TEST_F(DemoTest, ReportsATriggerThatFiredTwice) {
    const ShopState owed = written_and_copied();
    execute(target_,
            "INSERT INTO status_history (order_id, old_status, new_status) "
            "VALUES (1, 'new', 'paid')");

    EXPECT_FALSE(check_shop(owed, read_shop(target_)).right());
}

// The fence falls while they write; they wait, go to the other file and repeat what was refused.
TEST_F(DemoTest, LosesNothingWhenTheWritersAreSentElsewhere) {
    Journal journal{read_shop(source_)};
    Writers writers{source_, small, quick, journal};
    ASSERT_TRUE(writers.wait_for_commits(200, wait_max));
    execute(source_,
            "CREATE TRIGGER fence BEFORE INSERT ON receipts BEGIN "
            "SELECT RAISE(ABORT, 'dbsync: this database has moved'); END");
    copy_to_target();
    execute(target_, "DROP TRIGGER fence; PRAGMA journal_mode = WAL");
    writers.switch_to(target_);
    EXPECT_TRUE(writers.wait_for_commits(200, wait_max));
    writers.stop();

    const CheckResult result = check_shop(journal.owed(), read_shop(target_));

    const WriterCounts counts = writers.counts();
    EXPECT_TRUE(result.right());
    EXPECT_EQ(counts.failed, 0U) << counts.first_error;
    EXPECT_EQ(counts.acknowledged, result.present);
    EXPECT_GE(counts.repeated, 1U);
}

TEST_F(DemoTest, CountsACommitThatFailed) {
    execute(source_,
            "CREATE TRIGGER bad BEFORE INSERT ON receipts BEGIN "
            "SELECT RAISE(ABORT, 'the shop is closed'); END");
    Journal journal{read_shop(source_)};
    Writers writers{source_, small, quick, journal};
    EXPECT_FALSE(writers.wait_for_commits(1, milliseconds{200}));
    writers.stop();

    EXPECT_GE(writers.counts().failed, 1U);
    EXPECT_THAT(writers.counts().first_error, HasSubstr("the shop is closed"));
    EXPECT_EQ(journal.count(), 0U);
    EXPECT_TRUE(check_shop(journal.owed(), read_shop(source_)).right());
}

}  // namespace
}  // namespace dbsync::demo
