// SPDX-License-Identifier: MIT
// What a PostgreSQL target does for a source of another engine.
#include "engine/postgres/source.hpp"
#include "engine/postgres/target.hpp"
#include "engine/postgres/translator.hpp"
#include "support/postgres_server.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace dbsync::postgres {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

ModelColumn column(const std::string& name, Kind kind, std::uint32_t size = 0) {
    ModelColumn made;
    made.name = name;
    made.type.kind = kind;
    made.type.size = size;
    return made;
}

// A shop as MySQL might have it: an unsigned key that counts, a child that cascades.
SchemaModel shop() {
    ModelTable parent;
    parent.table_id = 1;
    parent.name.name = "Customers";
    parent.columns = {column("id", Kind::Int, 8), column("state", Kind::Text),
                      column("active", Kind::Bool), column("at", Kind::DateTime)};
    parent.columns[0].type.is_unsigned = true;
    parent.columns[0].auto_increment = true;
    parent.columns[0].not_null = true;
    parent.columns[1].type.members = {"new", "it's"};
    parent.columns[1].default_value = "it's";
    parent.columns[2].default_value = "1";
    parent.columns[3].default_function = ModelColumn::DefaultFunction::CurrentTimestamp;
    parent.key = {"id"};
    parent.checks = {"\"id\" > 0", "\"active\" IN (FALSE, TRUE)"};
    parent.comment = "who buys";
    ModelTable child;
    child.table_id = 2;
    child.name.name = "orders";
    child.columns = {column("id", Kind::Int, 4), column("customer", Kind::Int, 8)};
    child.columns[0].not_null = true;
    child.columns[1].type.is_unsigned = true;
    child.key = {"id"};
    child.indexes = {{.name = "orders", .columns = {"customer"}, .descending = {true}}};
    child.foreign_keys = {{.name = "fk",
                           .columns = {"customer"},
                           .parent = parent.name,
                           .parent_columns = {"id"},
                           .on_delete = "CASCADE"}};
    return {.tables = {parent, child}, .left_behind = {}};
}

class TargetCrossTest : public ::testing::Test {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_POSTGRES("system");
        url_ = test::target_server().url(test::target_server().create_database());
        target_ = make_target(Endpoint::parse(url_, ""));
        target_->prepare("job", "somewhere");
        target_->run_schema("job", make_translator()->make_schema(shop()).items);
        session_ = target_->open_session("job");
    }
    Table table(const std::string& name, std::int32_t id) {
        Table found = *target_->find_table({"public", name});
        found.id = id;
        return found;
    }
    std::string value(const std::string& sql) { return test::PgSession{url_}.value(sql); }

    std::string url_;
    std::unique_ptr<Target> target_;
    std::unique_ptr<TargetSession> session_;
};

TEST_F(TargetCrossTest, MakesTheSchemaAndFindsItsTables) {
    const Table customers = table("Customers", 1);
    ASSERT_EQ(customers.columns.size(), 4U);
    EXPECT_EQ(customers.columns[0].type, "bigint");
    EXPECT_EQ(customers.columns[3].type, "timestamp(0) without time zone");
    EXPECT_THAT(customers.key, ElementsAre("id"));
    EXPECT_EQ(table("orders", 2).columns[1].type, "bigint");  // as what it refers to
    EXPECT_FALSE(target_->find_table({"public", "customers"}).has_value());
    test::PgSession{url_}.exec("INSERT INTO \"Customers\" DEFAULT VALUES");
    EXPECT_EQ(value("SELECT state || active FROM \"Customers\""), "it'strue");
    EXPECT_EQ(value("SELECT obj_description('\"Customers\"'::regclass)"), "who buys");
    EXPECT_THROW(test::PgSession{url_}.exec("INSERT INTO \"Customers\" (state) VALUES ('old')"),
                 test::PgError);
    EXPECT_EQ(value("SELECT count(*) FROM pg_constraint WHERE contype = 'f'"), "1");
}

TEST_F(TargetCrossTest, TakesAKeyThatIsStagedTwice) {
    const Table customers = table("Customers", 1);
    for (int round = 0; round < 2; ++round) {  // inserted, then updated
        session_->begin();
        auto writer = session_->stage(customers);
        writer->push({.bytes = "7\t1\t7\tnew\tt\t\\N\n7\t1\t7\tnew\tt\t\\N\n", .rows = 2});
        writer->finish();
        static_cast<void>(session_->apply_stage(customers));
        session_->commit();
    }
    EXPECT_EQ(value("SELECT count(*) FROM \"Customers\""), "1");
}

TEST_F(TargetCrossTest, PutsRowsAsideUntilTheyAreSettled) {
    const Table customers = table("Customers", 1);
    const std::vector<QuarantinedRow> rows{{"1", "at", "no date", "{\"id\":\"1\"}"},
                                           {"2", "at", "a \xff", "{\"id\":\"\\u0000'\\\\\"}"}};
    session_->begin();
    session_->quarantine(customers, rows, {}, false);
    session_->quarantine(customers, rows, {}, false);
    session_->commit();
    EXPECT_THAT(target_->quarantined("job"), ElementsAre(Pair(1, 2U)));
    EXPECT_EQ(value("SELECT \"row\" FROM dbsync.target_quarantine WHERE key = '2'"),
              "{\"id\":\"\\u0000'\\\\\"}");
    session_->begin();
    session_->quarantine(customers, {}, std::vector<std::string>{"1", "9"}, false);
    session_->commit();
    EXPECT_THAT(target_->quarantined("job"), ElementsAre(Pair(1, 1U)));
    session_->begin();
    session_->quarantine(customers, {}, {}, true);
    session_->commit();
    EXPECT_THAT(target_->quarantined("job"), IsEmpty());
    target_->remove("job");
    EXPECT_EQ(value("SELECT to_regnamespace('dbsync')"), "");
}

TEST_F(TargetCrossTest, FindsTheRowsThatReferToAValue) {
    test::PgSession{url_}.exec(
        "INSERT INTO \"Customers\" (id) VALUES (5), (6);"
        "INSERT INTO orders VALUES (1, 5), (2, 5), (3, 6), (4, NULL)");
    const Cascade cascade{.id = 1, .child_id = 2, .parent_id = 1, .child_columns = {"customer"},
                          .parent_columns = {"id"}};
    const Cascade next{.id = 9, .child_id = 3, .parent_id = 2, .child_columns = {"x"},
                       .parent_columns = {"customer", "id"}};
    session_->begin();
    const CascadeChildren found = session_->find_children(
        table("orders", 2), cascade, std::vector<std::string>{"5", "77"}, std::vector{next});
    session_->commit();
    EXPECT_THAT(found.keys, UnorderedElementsAre("1", "2"));
    EXPECT_THAT(found.marks,
                UnorderedElementsAre(CascadeMark{9, "5\t1"}, CascadeMark{9, "5\t2"}));
}

TEST_F(TargetCrossTest, CountsOnBehindTheLargestKey) {
    test::PgSession{url_}.exec("INSERT INTO \"Customers\" (id) VALUES (41)");
    const std::vector<SequenceState> states{
        {.schema = "public", .name = "Customers", .value = 20, .is_called = false},
        {.schema = "public", .name = "orders", .value = 3, .is_called = true}};
    target_->wake("job", states, {});
    test::PgSession{url_}.exec("INSERT INTO \"Customers\" DEFAULT VALUES");
    EXPECT_EQ(value("SELECT max(id) FROM \"Customers\""), "42");
}

TEST_F(TargetCrossTest, CountsOnFromTheSourcesCounter) {
    target_->wake("job", std::vector<SequenceState>{{"public", "Customers", 100, false}}, {});
    test::PgSession{url_}.exec("INSERT INTO \"Customers\" DEFAULT VALUES");
    EXPECT_EQ(value("SELECT max(id) FROM \"Customers\""), "100");
}

TEST(DescribeTest, SpeaksOfASchemaInCommonWords) {
    DBSYNC_NEEDS_POSTGRES("system");
    const std::string url =
        test::source_server().url(test::source_server().create_database());
    test::PgSession{url}.exec(
        "CREATE TYPE mood AS ENUM ('sad', 'o''k'); CREATE DOMAIN age AS smallint NOT NULL;"
        "CREATE TABLE a (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n serial, m mood"
        " DEFAULT 'o''k', g age DEFAULT 5, t timestamptz(3) DEFAULT now(), i interval, l int[],"
        " u uuid DEFAULT gen_random_uuid(), num numeric(10,2) DEFAULT 1.50, vc varchar(20) UNIQUE,"
        " c integer GENERATED ALWAYS AS (n * 2) STORED, CHECK (n > 0), CHECK (n % 2 = 1));"
        "CREATE TABLE b (a_id bigint REFERENCES a ON DELETE SET NULL);"
        "CREATE INDEX b_expr ON b ((a_id + 1)); CREATE INDEX b_a ON b (a_id DESC);"
        "COMMENT ON COLUMN a.m IS 'how it is'; CREATE VIEW v AS SELECT 1 AS one");
    const auto source = make_source(Endpoint::parse(url, ""));
    const SchemaModel model = source->describe_schema(source->inspect({}).tables);
    ASSERT_EQ(model.tables.size(), 2U);
    const ModelTable& a = model.tables[0];
    EXPECT_TRUE(a.columns[0].auto_increment);
    EXPECT_TRUE(a.columns[1].auto_increment);
    EXPECT_THAT(a.columns[2].type.members, ElementsAre("sad", "o'k"));
    EXPECT_EQ(a.columns[2].default_value, "o'k");
    EXPECT_EQ(a.columns[2].comment, "how it is");
    EXPECT_EQ(a.columns[3].type.kind, Kind::Int);
    EXPECT_EQ(a.columns[3].type.size, 2U);
    EXPECT_TRUE(a.columns[3].not_null);
    EXPECT_EQ(a.columns[3].default_value, "5");
    EXPECT_EQ(a.columns[4].type.kind, Kind::Instant);
    EXPECT_EQ(a.columns[4].type.scale, 3U);
    EXPECT_EQ(a.columns[5].type.kind, Kind::Text);
    EXPECT_THAT(a.columns[6].type.note, HasSubstr("own text"));
    EXPECT_EQ(a.columns[7].default_function, ModelColumn::DefaultFunction::RandomUuid);
    EXPECT_EQ(a.columns[8].default_value, "1.5");
    EXPECT_THAT(a.key, ElementsAre("id"));
    EXPECT_TRUE(a.indexes.at(0).unique);
    const ModelTable& b = model.tables[1];
    EXPECT_EQ(b.foreign_keys.at(0).on_delete, "SET NULL");
    EXPECT_THAT(b.indexes.at(0).descending, ElementsAre(true));
    EXPECT_THAT(model.left_behind, Contains(HasSubstr("b_expr")));
    EXPECT_THAT(model.left_behind, Contains("view public.v"));
    EXPECT_THAT(model.left_behind, Contains(HasSubstr("generated column public.a.c")));
    EXPECT_THAT(a.checks, ElementsAre("(\"n\" > 0)"));
    EXPECT_THAT(model.left_behind, Contains(HasSubstr("((n % 2) = 1)")));
}

}  // namespace
}  // namespace dbsync::postgres
