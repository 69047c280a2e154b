// SPDX-License-Identifier: MIT
// What a MySQL or MariaDB target does for a source of another engine.
#include "engine/mysql/translator.hpp"
#include "target_fixture.hpp"

namespace dbsync::mysql {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

ModelColumn column(const std::string& name, Kind kind, std::uint32_t size = 0) {
    ModelColumn made;
    made.name = name;
    made.type.kind = kind;
    made.type.size = size;
    return made;
}

ModelColumn scaled(const std::string& name, Kind kind, std::uint32_t size, std::uint32_t scale) {
    ModelColumn made = column(name, kind, size);
    made.type.scale = scale;
    return made;
}

ModelColumn not_null(ModelColumn made) {
    made.not_null = true;
    return made;
}

// A column of every kind, most with a default.
ModelTable everything() {
    ModelTable table;
    table.table_id = 3;
    table.name = {"Lager", "every`thing "};
    table.columns = {not_null(column("key", Kind::Uuid)),
                     column("flag", Kind::Bool),
                     column("small", Kind::Int, 2),
                     scaled("price", Kind::Decimal, 10, 2),
                     column("number", Kind::Decimal),
                     column("real", Kind::Float32),
                     column("double", Kind::Float64),
                     column("text", Kind::Text),
                     column("varchar", Kind::Text, 40),
                     column("bytes", Kind::Bytes),
                     column("date", Kind::Date),
                     scaled("time", Kind::Time, 0, 3),
                     scaled("stamp", Kind::DateTime, 0, 6),
                     scaled("instant", Kind::Instant, 0, 2),
                     column("json", Kind::Json),
                     column("bits", Kind::Bits, 5),
                     column("more bits", Kind::Bits, 70),
                     column("state", Kind::Text),
                     column("odd", Kind::Text)};
    const std::vector<std::string> defaults{
        "",         "1",        "-7",       "1.5", "0.5",   "0.1",  "1e+20",
        "it's a\\", "v",        "00FF27",   "2026-02-03",   "",     "2026-02-03 04:05:06.5",
        "",         R"({"a":1})", "00101",  "",    "it's",  "gone "};
    for (std::size_t i = 0; i < defaults.size(); ++i) {
        if (!defaults[i].empty()) {
            table.columns[i].default_value = defaults[i];
        }
    }
    table.columns[0].default_function = ModelColumn::DefaultFunction::RandomUuid;
    table.columns[11].default_function = ModelColumn::DefaultFunction::CurrentTimestamp;
    table.columns[13].default_function = ModelColumn::DefaultFunction::CurrentTimestamp;
    table.columns[16].default_function = ModelColumn::DefaultFunction::CurrentTimestamp;
    table.columns[17].type.members = {"new", "it's", "a\\b"};
    table.columns[18].type.members = {"gone ", "blank at the end"};
    table.columns[7].comment = "it's long";
    table.key = {"key"};
    return table;
}

// A shop as PostgreSQL might have it: an identity, a text that is unique, a child that cascades and
// another whose key is a text.
SchemaModel shop() {
    ModelTable parent;
    parent.table_id = 1;
    parent.name = {"public", "Customers"};
    parent.columns = {not_null(column("id", Kind::Int, 8)), column("mail", Kind::Text),
                      column("state", Kind::Text), column("at", Kind::DateTime)};
    parent.columns[0].auto_increment = true;
    parent.columns[2].type.members = {"new", "it's"};
    parent.columns[2].default_value = "it's";
    parent.columns[3].default_function = ModelColumn::DefaultFunction::CurrentTimestamp;
    parent.key = {"id"};
    parent.indexes = {{.name = "mail", .columns = {"mail"}, .descending = {}, .unique = true},
                      {.name = "both", .columns = {"state", "mail"}, .descending = {true}}};
    parent.checks = {"\"state\" IN ('new', 'it''s')", "\"id\" > 0"};
    parent.comment = "who buys";
    ModelTable child;
    child.table_id = 2;
    child.name = {"public", "orders"};
    child.columns = {not_null(column("id", Kind::Int, 4)), column("customer", Kind::Int, 4),
                     column("mail", Kind::Text, 20), column("note", Kind::Text),
                     column("photo", Kind::Bytes), column("n", Kind::Int, 4)};
    child.columns[5].auto_increment = true;  // of no index: only a number
    child.key = {"id"};
    child.indexes = {{.name = "PRIMARY", .columns = {"customer"}, .descending = {true}},
                     {.name = "long", .columns = {"note", "photo", "id"}, .descending = {}}};
    child.foreign_keys = {{.name = "fk",
                           .columns = {"customer"},
                           .parent = parent.name,
                           .parent_columns = {"id"},
                           .on_delete = "CASCADE",
                           .on_update = "SET DEFAULT"},
                          {.name = "FK",
                           .columns = {"mail"},
                           .parent = parent.name,
                           .parent_columns = {"mail"},
                           .on_delete = "SET NULL"},
                          {.name = "nowhere",
                           .columns = {"mail"},
                           .parent = {"public", "not moved"},
                           .parent_columns = {"x"}}};
    child.checks = {"\"note\" <> 'a\\b'", "\"n\" BETWEEN 1 AND 5", "\"mail\" <> ''"};
    return {.tables = {parent, child, everything()}, .left_behind = {}};
}

class MysqlCrossTest : public TargetFixture {
  protected:
    void make(const SchemaModel& model) {
        target_ = make_target(endpoint());
        target_->prepare("job", "postgresql 1");
        target_->run_schema("job", make_translator()->make_schema(model).items);
        session_ = target_->open_session("job");
    }
    Table found(const std::string& name, std::int32_t id) {
        Table table = *target_->find_table({"", name});
        table.id = id;
        return table;
    }
    std::string type_of(const Table& table, const std::string& column) {
        for (const Column& each : table.columns) {
            if (each.name == column) {
                return each.type;
            }
        }
        return "no such column";
    }
};

TEST_P(MysqlCrossTest, MakesTheSchemaAndFindsItsTables) {
    make(shop());
    const Table customers = found("Customers", 1);
    EXPECT_THAT(type_of(customers, "id"), StartsWith("bigint"));
    EXPECT_EQ(type_of(customers, "mail"), "varchar(768)");
    EXPECT_EQ(type_of(customers, "state"), "enum('new','it''s')");
    EXPECT_THAT(customers.key, ElementsAre("id"));
    EXPECT_TRUE(customers.has_other_unique);
    const Table orders = found("orders", 2);
    EXPECT_THAT(type_of(orders, "customer"), StartsWith("bigint"));  // as what it refers to
    EXPECT_EQ(type_of(orders, "mail"), "varchar(20)");
    EXPECT_EQ(type_of(orders, "note"), "longtext");  // has a part in an index, not a key
    EXPECT_FALSE(target_->find_table({"", "customers"}).has_value());
    exec("INSERT INTO Customers (mail) VALUES ('a'), ('A'), ('a ')");  // three different texts
    EXPECT_EQ(value("SELECT GROUP_CONCAT(state) FROM Customers"), "it's,it's,it's");
    EXPECT_EQ(value("SELECT table_comment FROM information_schema.tables"
                    " WHERE table_schema = DATABASE() AND table_name = 'Customers'"),
              "who buys");
    EXPECT_EQ(values("SELECT CONCAT(delete_rule, '/', update_rule)"
                     " FROM information_schema.referential_constraints"
                     " WHERE constraint_schema = DATABASE() ORDER BY 1").size(), 2U);
    EXPECT_THAT(values("SELECT DISTINCT index_name FROM information_schema.statistics"
                       " WHERE table_schema = DATABASE() AND table_name = 'orders'"),
                Contains("PRIMARY_2"));
    EXPECT_ANY_THROW(exec("INSERT INTO orders (id, note) VALUES (1, 'a\\\\b')"));
    EXPECT_ANY_THROW(exec("INSERT INTO orders (id, customer) VALUES (1, 77)"));
}

TEST_P(MysqlCrossTest, KeepsDefaultsOfEveryKind) {
    make(shop());
    const Table table = found("Lager_every`thing", 3);
    EXPECT_EQ(type_of(table, "flag"), "tinyint(1)");
    EXPECT_EQ(type_of(table, "number"), "decimal(65,30)");
    EXPECT_EQ(type_of(table, "instant"), "datetime(2)");
    EXPECT_EQ(type_of(table, "odd"), "longtext");
    EXPECT_THAT(type_of(table, "key"), StartsWith("char(36) CHARACTER SET ascii"));
    EXPECT_EQ(type_of(table, "json"), server().is_mariadb() ? "longtext" : "json");
    const std::string name = "`Lager_every``thing`";
    exec("SET time_zone = '+05:00'; INSERT INTO " + name + " () VALUES ()");
    const auto of = [&](const std::string& columns) {
        std::string all;
        const test::MysqlRows rows = server().exec("SELECT " + columns + " FROM " + name,
                                                   database_);
        for (const auto& each : rows.at(0)) {
            all += (all.empty() ? "" : "|") + each.value_or("NULL");
        }
        return all;
    };
    EXPECT_EQ(of("flag, small, price, number, `real`, `double`"),
              "1|-7|1.50|0.500000000000000000000000000000|0.1|1e20");
    EXPECT_EQ(of("text, `varchar`, HEX(bytes), date, stamp"),
              "it's a\\|v|00FF27|2026-02-03|2026-02-03 04:05:06.500000");
    EXPECT_EQ(of("REPLACE(json, ' ', ''), BIN(bits), state, odd"), R"({"a":1}|101|it's|gone )");
    EXPECT_EQ(of("LENGTH(`key`), ABS(TIMESTAMPDIFF(MINUTE, instant, UTC_TIMESTAMP())) < 5,"
                 " ABS(TIMESTAMPDIFF(MINUTE, `more bits`, UTC_TIMESTAMP())) < 5, time IS NOT NULL"),
              "36|1|1|1");
    EXPECT_EQ(value("SELECT column_comment FROM information_schema.columns WHERE table_schema ="
                    " DATABASE() AND column_name = 'text' AND table_name LIKE 'Lager%'"),
              "it's long");
}

TEST_P(MysqlCrossTest, MakesASchemaOnce) {
    make(shop());
    target_->run_schema("job", make_translator()->make_schema(shop()).items);
    EXPECT_EQ(value("SELECT COUNT(*) FROM information_schema.referential_constraints"
                    " WHERE constraint_schema = DATABASE()"),
              "2");
}

// Keys of 3,072 bytes, rows of 65,535.
TEST_P(MysqlCrossTest, StaysWithinTheServersLimits) {
    ModelTable parent;
    parent.table_id = 1;
    parent.name.name = "parent";
    parent.columns = {column("a", Kind::Text), column("b", Kind::Bytes),
                      column("c", Kind::Int, 8), column("d", Kind::Text, 2000)};
    parent.key = {"a", "b", "c", "d"};
    ModelTable wide;
    wide.table_id = 2;
    wide.name.name = std::string(90, 'w');
    for (int i = 0; i < 9; ++i) {
        wide.columns.push_back(column("v" + std::to_string(i), Kind::Text, 4000));
    }
    wide.columns.push_back(not_null(column("name", Kind::Text)));
    wide.columns.push_back(column("Other", Kind::Text));
    wide.columns.back().comment = std::string(3000, 'c');
    wide.indexes = {{.name = "u", .columns = {"name"}, .descending = {}, .unique = true},
                    {.name = "v", .columns = {"v0", "v1", "Other"}, .descending = {}}};
    ModelTable keyless;
    keyless.table_id = 3;
    keyless.name.name = "keyless";
    keyless.columns = {column("n", Kind::Int, 8), column("j", Kind::Json)};
    keyless.columns[0].auto_increment = true;
    keyless.indexes = {{.name = "n", .columns = {"n"}, .descending = {}},
                       {.name = "j", .columns = {"j"}, .descending = {}}};
    ModelTable many;
    many.table_id = 4;
    many.name.name = "many";
    ModelIndex& index = many.indexes.emplace_back();
    for (int i = 0; i < 20; ++i) {
        many.columns.push_back(column("n" + std::to_string(i), Kind::Int, 4));
        index.columns.push_back(many.columns.back().name);
    }
    index.name = "all";
    make({.tables = {parent, wide, keyless, many}, .left_behind = {}});
    EXPECT_EQ(value("SELECT COUNT(*) FROM information_schema.statistics WHERE table_schema ="
                    " DATABASE() AND table_name = 'many'"),
              "16");
    index.unique = true;
    EXPECT_THROW(static_cast<void>(make_translator()->make_schema(
                     {.tables = {many}, .left_behind = {}})),
                 Error);
    EXPECT_THAT(found("parent", 1).key, ElementsAre("a", "b", "c", "d"));
    const Table there = found(std::string(64, 'w'), 2);
    EXPECT_THAT(there.key, ElementsAre("name"));
    EXPECT_EQ(type_of(there, "v0"), "longtext");
    EXPECT_EQ(type_of(there, "v8"), "varchar(4000)");
    EXPECT_TRUE(found("keyless", 3).key.empty());
    exec("INSERT INTO keyless () VALUES ()");
    EXPECT_EQ(value("SELECT n FROM keyless"), "1");
}

TEST_P(MysqlCrossTest, TakesTheOperatorsTypes) {
    SchemaModel model = shop();
    model.tables[1].columns[3].declared = "ENUM('a', 'b)')";
    model.tables[2].columns[0].declared = "Binary(16)";
    make(model);
    EXPECT_EQ(type_of(found("orders", 2), "note"), "enum('a','b)')");
    exec("INSERT INTO `Lager_every``thing` () VALUES (), ()");
    EXPECT_EQ(value("SELECT COUNT(DISTINCT `key`) FROM `Lager_every``thing`"), "2");
    const auto refused = [&](std::size_t table, std::size_t column, const std::string& type) {
        SchemaModel other = shop();
        other.tables[table].columns[column].declared = type;
        try {
            static_cast<void>(make_translator()->make_schema(other));
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::Usage);
            return error.fields().what_failed;
        }
        return std::string{"taken"};
    };
    EXPECT_THAT(refused(1, 3, "int); DROP TABLE x"), HasSubstr("no type's name"));
    EXPECT_THAT(refused(1, 3, "int, x int"), HasSubstr("no type's name"));
    EXPECT_THAT(refused(1, 3, "int -- "), HasSubstr("no type's name"));
    EXPECT_THAT(refused(1, 3, "`int`"), HasSubstr("no type's name"));
    EXPECT_THAT(refused(0, 1, "longtext"), HasSubstr("cannot be part of a key"));
    EXPECT_THAT(refused(1, 1, "int"), HasSubstr("refers to a column of the type bigint"));
}

TEST_P(MysqlCrossTest, TakesAKeyThatIsStagedTwice) {
    make(shop());
    const Table customers = found("Customers", 1);
    for (int round = 0; round < 2; ++round) {  // inserted, then updated
        session_->begin();
        const auto writer = session_->stage(customers);
        writer->push({.bytes = "7\t1\t7\ta\tnew\t\\N\n7\t1\t7\ta\tnew\t\\N\n", .rows = 2});
        writer->finish();
        static_cast<void>(session_->apply_stage(customers));
        session_->commit();
    }
    EXPECT_EQ(value("SELECT COUNT(*) FROM Customers"), "1");
}

TEST_P(MysqlCrossTest, PutsRowsAsideUntilTheyAreSettled) {
    make(shop());
    const Table customers = found("Customers", 1);
    const std::vector<QuarantinedRow> rows{
        {"1", "at", "no date", "{\"id\":\"1\"}"},
        {"2\t'\\", "at", "a \xff", "{\"id\":\"\\u0000'\\\\\"}"},
        {"", "at", "no key", "{}"}};
    session_->begin();
    session_->quarantine(customers, rows, {}, false);
    session_->quarantine(customers, {rows.data(), 2}, {}, false);
    session_->commit();
    EXPECT_THAT(target_->quarantined("job"), ElementsAre(Pair(1, 3U)));
    EXPECT_EQ(value("SELECT CONCAT(`key`, `row`) FROM _dbsync_target_quarantine"
                    " WHERE `key` LIKE '2%'"),
              "2\t'\\{\"id\":\"\\u0000'\\\\\"}");
    session_->begin();
    session_->quarantine(customers, {}, std::vector<std::string>{"1", "9"}, false);
    session_->rollback();
    EXPECT_THAT(target_->quarantined("job"), ElementsAre(Pair(1, 3U)));
    session_->begin();
    session_->quarantine(customers, {}, std::vector<std::string>{"1", "9"}, false);
    session_->commit();
    EXPECT_THAT(target_->quarantined("job"), ElementsAre(Pair(1, 2U)));
    session_->begin();
    session_->quarantine(customers, {}, {}, true);
    session_->commit();
    EXPECT_THAT(target_->quarantined("job"), IsEmpty());
    target_->remove("job");
    EXPECT_THAT(values("SELECT table_name FROM information_schema.tables WHERE table_schema ="
                       " DATABASE() AND table_name LIKE '\\_dbsync%'"),
                IsEmpty());
    EXPECT_THAT(target_->quarantined("job"), IsEmpty());
}

TEST_P(MysqlCrossTest, FindsTheRowsThatReferToAValue) {
    make(shop());
    exec("INSERT INTO Customers (id) VALUES (5), (6);"
         "INSERT INTO orders (id, customer) VALUES (1, 5), (2, 5), (3, 6), (4, NULL)");
    const Cascade cascade{.id = 1, .child_id = 2, .parent_id = 1, .child_columns = {"customer"},
                          .parent_columns = {"id"}};
    const Cascade next{.id = 9, .child_id = 3, .parent_id = 2, .child_columns = {"x"},
                       .parent_columns = {"customer", "id"}};
    session_->begin();
    const CascadeChildren children = session_->find_children(
        found("orders", 2), cascade, std::vector<std::string>{"5", "77"}, std::vector{next});
    session_->commit();
    EXPECT_THAT(children.keys, UnorderedElementsAre("1", "2"));
    EXPECT_THAT(children.marks,
                UnorderedElementsAre(CascadeMark{9, "5\t1"}, CascadeMark{9, "5\t2"}));
}

// Upper case before lower case, blanks before letters, umlauts behind them all: as the bytes are.
TEST_P(MysqlCrossTest, ReadsInTheOrderOfBytes) {
    exec("CREATE TABLE t (k VARCHAR(20) PRIMARY KEY)"
         " CHARACTER SET latin1 COLLATE latin1_swedish_ci;"
         "INSERT INTO t VALUES ('b'), ('A'), ('ä'), ('Z'), ('a b'), ('ab'), ('')");
    target_ = make_target(endpoint());
    target_->prepare("job", "postgresql 1");
    session_ = target_->open_session("job");
    Table table = found("t", 1);
    table.order_by_bytes = true;
    const std::vector<std::string> wanted{"", "A", "Z", "a b", "ab", "b", "ä"};
    Gather whole;
    session_->read_chunk(table, {.table_id = 1}, whole);
    EXPECT_EQ(whole.keys, wanted);
    Gather some;
    session_->read_keys(table, wanted, some);
    EXPECT_EQ(some.keys, wanted);
}

TEST_P(MysqlCrossTest, CountsOnBehindTheLargestKey) {
    make(shop());
    exec("INSERT INTO Customers (id) VALUES (41)");
    const std::vector<SequenceState> states{
        {.schema = {}, .name = "Customers", .value = 20, .is_called = true},
        {.schema = {}, .name = "orders", .value = 3, .is_called = true}};
    target_->wake("job", states, {});
    exec("INSERT INTO Customers () VALUES ()");
    EXPECT_EQ(value("SELECT MAX(id) FROM Customers"), "42");
}

TEST_P(MysqlCrossTest, CountsOnFromTheSourcesCounter) {
    make(shop());
    const SequenceState state{
        .schema = {}, .name = "Customers", .value = 99, .is_called = true};
    target_->wake("job", {&state, 1}, {});
    exec("INSERT INTO Customers () VALUES ()");
    EXPECT_EQ(value("SELECT MAX(id) FROM Customers"), "100");
}

INSTANTIATE_TEST_SUITE_P(Servers, MysqlCrossTest, every_server, server_name);

}  // namespace
}  // namespace dbsync::mysql
