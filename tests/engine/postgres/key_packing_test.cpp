// SPDX-License-Identifier: MIT
// Deltas that hold arrays of keys: a statement of many rows leaves few of them, and every key is
// read back from them whatever its type, its number and the way it was changed.
#include "engine/postgres/key_packing.hpp"

#include "engine/postgres/delta_slots.hpp"
#include "reader_fixture.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace dbsync::test {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class KeyPackingTest : public ReaderTest {
  protected:
    std::string slot(const std::string& name) {
        return "dbsync.delta_" + std::to_string(table(name).id) + "_0";
    }

    int number(const std::string& sql) { return std::stoi(app_->value(sql)); }

    int delta_rows(const std::string& name) {
        return number("SELECT count(*) FROM " + slot(name));
    }

    int keys_per_delta(const std::string& name) {
        return number("SELECT keys_per_delta FROM dbsync.captured_table WHERE id = " +
                      std::to_string(table(name).id));
    }

    Batch batch_after(const Cursor& from, std::uint64_t deltas_max = 10'000'000) {
        look();
        return reader_->plan_batch(from, deltas_max);
    }

    void forget_all() {
        reader_->end();
        for (const Table& each : tables_) {
            app_->exec("TRUNCATE " + slot(each.name.name));
        }
    }

    // The keys recorded, as text, each as often as it was recorded.
    std::vector<std::string> recorded(const std::string& name) {
        postgres::Connection connection{Endpoint{EngineKind::Postgres, server().url(database_), ""},
                                        {}};
        postgres::DeltaSlots slots;
        slots.load(connection, tables_);
        slots.look_for_filled(connection);
        const auto now =
            postgres::TxidSnapshot::parse(app_->value("SELECT txid_current_snapshot()"));
        const std::string keys = slots.keys_sql(table(name).id, {}, now);
        std::vector<std::string> found;
        if (!keys.empty()) {
            for (const auto& row :
                 app_->exec("SELECT d::text FROM (" + keys + ") AS d ORDER BY 1")) {
                found.push_back(row[0].value_or("NULL"));
            }
        }
        return found;
    }

    std::vector<std::string> keys_of(const std::string& name) {
        std::string columns;
        for (const std::string& column : table(name).key) {
            columns += (columns.empty() ? "" : ", ") + postgres::quote_ident(column);
        }
        std::vector<std::string> found;
        for (const auto& row : app_->exec("SELECT ROW(" + columns + ")::text FROM " +
                                          postgres::quote_ident(name) + " ORDER BY 1")) {
            found.push_back(row[0].value_or("NULL"));
        }
        return found;
    }
};

TEST_F(KeyPackingTest, AStatementOfManyRowsLeavesFewDeltas) {
    capture("CREATE TABLE t (id int PRIMARY KEY, v int)");
    app_->exec("INSERT INTO t SELECT g, 0 FROM generate_series(1, 25000) g");
    EXPECT_LT(delta_rows("t"), 100);
    EXPECT_EQ(recorded("t"), keys_of("t"));
    const Batch inserted = batch_after({});
    EXPECT_EQ(inserted.deltas, 25'000U);
    EXPECT_EQ(inserted.deltas_behind, 25'000U);
    EXPECT_TRUE(inserted.complete);
    EXPECT_THAT(changes(table("t"), inserted), SizeIs(25'000));
    forget_all();

    app_->exec("UPDATE t SET v = 1");
    EXPECT_LT(delta_rows("t"), 100);
    EXPECT_EQ(recorded("t"), keys_of("t"));
    forget_all();

    const auto all = keys_of("t");
    app_->exec("DELETE FROM t");
    EXPECT_LT(delta_rows("t"), 100);
    EXPECT_EQ(recorded("t"), all);
    const Batch deleted = batch_after(inserted.to);
    EXPECT_EQ(deleted.deltas, 25'000U);
    EXPECT_THAT(changes(table("t"), deleted), SizeIs(25'000));
}

TEST_F(KeyPackingTest, NoRowIsLostWhereArraysBegin) {
    capture("CREATE TABLE t (id int PRIMARY KEY)");
    for (const int rows : {0, 1, 2, 63, 64, 65, 66, 1'000}) {
        app_->exec("INSERT INTO t SELECT g FROM generate_series(1, " + std::to_string(rows) +
                   ") g");
        EXPECT_EQ(recorded("t"), keys_of("t")) << rows;
        EXPECT_EQ(delta_rows("t"), std::min(rows, 65)) << rows;
        app_->exec("DELETE FROM t");
        forget_all();
    }
}

// So many key columns that a delta may hold fewer keys than the statement has rows.
TEST_F(KeyPackingTest, WritesSeveralArraysWhenOneMayNotHoldAll) {
    std::string columns;
    std::string values;
    for (int i = 0; i < 32; ++i) {
        columns += ", c" + std::to_string(i) + " int";
        values += ", g + " + std::to_string(i);
    }
    capture("CREATE TABLE t (" + columns.substr(2) + ", v int, PRIMARY KEY (" + [&] {
        std::string names;
        for (int i = 0; i < 32; ++i) {
            names += (i == 0 ? "c" : ", c") + std::to_string(i);
        }
        return names;
    }() + "))");
    const int most = keys_per_delta("t");
    ASSERT_GT(most, 10'000);
    for (const int rows : {most + 63, most + 64, most + 65, 2 * most + 5'000}) {
        app_->exec("INSERT INTO t SELECT " + values.substr(2) + ", 0 FROM generate_series(1, " +
                   std::to_string(rows) + ") g");
        EXPECT_EQ(number("SELECT sum(coalesce(keys, 1)) FROM " + slot("t")), rows);
        EXPECT_LE(number("SELECT max(keys) FROM " + slot("t")), most);
        EXPECT_LE(delta_rows("t"), 70);
        EXPECT_TRUE(recorded("t") == keys_of("t")) << rows;
        forget_all();
        app_->exec("TRUNCATE t");
    }
}

TEST_F(KeyPackingTest, KeepsTheColumnsOfAKeyTogether) {
    capture("CREATE TABLE t (a text, v int, b int, PRIMARY KEY (b, a))");
    app_->exec(
        "INSERT INTO t SELECT CASE g % 3 WHEN 0 THEN '' WHEN 1 THEN 'NULL' ELSE E'{\"\\\\,é' END,"
        " 0, g FROM generate_series(1, 25000) g");
    EXPECT_LT(delta_rows("t"), 100);
    EXPECT_EQ(recorded("t"), keys_of("t"));
    const Batch batch = batch_after({});
    std::set<std::string> together;
    for (std::uint32_t bucket = 0; bucket < 4; ++bucket) {
        RowCollector rows;
        reader_->read_deltas(table("t"), {.batch = &batch, .bucket = bucket, .buckets = 4}, rows);
        EXPECT_GT(rows.rows, 5'000U);
        together.insert(rows.lines.begin(), rows.lines.end());
    }
    EXPECT_THAT(together, SizeIs(25'000));
}

TEST_F(KeyPackingTest, RecordsOldAndNewKeysWhenAStatementChangesMany) {
    capture("CREATE TABLE t (id int PRIMARY KEY)");
    app_->exec("INSERT INTO t SELECT g FROM generate_series(1, 2000) g");
    forget_all();
    auto expected = keys_of("t");
    app_->exec("UPDATE t SET id = id + 100000");
    const auto now = keys_of("t");
    expected.insert(expected.end(), now.begin(), now.end());
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(recorded("t"), expected);
    EXPECT_EQ(batch_after({}).deltas, 4'000U);
}

TEST_F(KeyPackingTest, PutsKeysOfEveryTypeIntoArrays) {
    const std::vector<std::pair<std::string, std::string>> types{
        {"bigint", "g"},
        {"numeric", "g / 8.0"},
        {"numeric(8,3)", "g / 8.0"},
        {"double precision", "CASE g WHEN 1 THEN 'NaN' WHEN 2 THEN '-0' ELSE g / 3.0::float8 END"},
        {"uuid", "md5(g::text)::uuid"},
        {"text COLLATE \"C\"", "'key ' || g"},
        {"text COLLATE blind", "'key ' || g"},
        {"varchar(9)", "'k' || g"},
        {"char(9)", "'k' || g"},
        {"citext", "'Key' || g"},
        {"name", "'n' || g"},
        {"bytea", "decode(md5(g::text), 'hex')"},
        {"date", "date '2024-01-01' + g"},
        {"timestamptz", "timestamptz '2024-01-01 00:00 UTC' + g * interval '1 minute'"},
        {"interval", "g * interval '1 minute'"},
        {"inet", "inet '10.0.0.0' + g"},
        {"bit(16)", "g::bit(16)"},
        {"varbit", "g::bit(16)"},
        {"int4range", "int4range(g, g + 2)"},
        {"mood", "('m' || g)::mood"},
        {"pair", "ROW(g, 'x' || g)::pair"},
        {"code", "'c' || g"},
        {"deeper", "'c' || g"},
        {"\"S q\".\"Odd\"", "('o' || g)::\"S q\".\"Odd\""},
    };
    std::string labels;
    for (int i = 1; i <= 200; ++i) {
        labels += (i == 1 ? "'m" : ", 'm") + std::to_string(i) + "'";
    }
    std::string odd = labels;
    std::replace(odd.begin(), odd.end(), 'm', 'o');
    std::string schema =
        "CREATE EXTENSION citext; CREATE TYPE mood AS ENUM (" + labels +
        "); CREATE TYPE pair AS (a int, b text); CREATE DOMAIN code AS varchar(9);"
        "CREATE DOMAIN deeper AS code CHECK (VALUE <> ''); CREATE SCHEMA \"S q\";"
        "CREATE TYPE \"S q\".\"Odd\" AS ENUM (" + odd +
        "); CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2',"
        " deterministic = false);";
    for (std::size_t i = 0; i < types.size(); ++i) {
        schema += "CREATE TABLE t" + std::to_string(i) + " (k " + types[i].first + " PRIMARY KEY);";
    }
    capture(schema);
    for (std::size_t i = 0; i < types.size(); ++i) {
        const std::string name = "t" + std::to_string(i);
        app_->exec("INSERT INTO " + name + " SELECT " + types[i].second +
                   " FROM generate_series(1, 200) g");
        EXPECT_EQ(delta_rows(name), 65) << types[i].first;
        EXPECT_EQ(recorded(name), keys_of(name)) << types[i].first;
        const Batch batch = batch_after({});
        const auto rows = changes(table(name), batch);
        EXPECT_THAT(rows, SizeIs(200)) << types[i].first;
    }
}

TEST_F(KeyPackingTest, RecordsKeysOneByOneWhereNoArrayCanHoldThem) {
    capture(
        "CREATE DOMAIN trail AS int[]; CREATE TABLE a (k int[] PRIMARY KEY);"
        "CREATE TABLE d (k trail, n int, PRIMARY KEY (n, k)); CREATE TABLE o (k oidvector PRIMARY "
        "KEY); CREATE TABLE r (v int); CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);"
        "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (1000)");
    app_->exec(
        "INSERT INTO a SELECT ARRAY[g, g + 1] FROM generate_series(1, 200) g;"
        "INSERT INTO d SELECT ARRAY[g, NULL], g FROM generate_series(1, 200) g;"
        "INSERT INTO o SELECT g::text::oidvector FROM generate_series(1, 200) g;"
        "INSERT INTO p SELECT g FROM generate_series(1, 200) g;"
        "INSERT INTO r SELECT g FROM generate_series(1, 200) g");
    for (const char* name : {"a", "d", "o", "p"}) {
        EXPECT_EQ(keys_per_delta(name), 1) << name;
        EXPECT_EQ(delta_rows(name), 200) << name;
        EXPECT_EQ(recorded(name), keys_of(name)) << name;
    }
    EXPECT_THAT(recorded("r"), SizeIs(200));
    EXPECT_EQ(batch_after({}).deltas, 1'000U);
}

// 70,000 keys of 100 KB, small only as long as they are compressed, would be an array of 7 GB.
TEST_F(KeyPackingTest, RecordsWideKeysOneByOne) {
    capture("CREATE TABLE t (k text PRIMARY KEY, v int)");
    app_->exec(
        "INSERT INTO t SELECT CASE g WHEN 150 THEN repeat('x', 100000) ELSE 'k' || g END, 0"
        " FROM generate_series(1, 200) g");
    EXPECT_EQ(delta_rows("t"), 200);
    EXPECT_EQ(recorded("t"), keys_of("t"));
    forget_all();
    app_->exec("UPDATE t SET v = 1");
    EXPECT_EQ(delta_rows("t"), 200);
    EXPECT_EQ(recorded("t"), keys_of("t"));
    forget_all();
    app_->exec("UPDATE t SET v = 2 WHERE length(k) < 10");
    EXPECT_EQ(delta_rows("t"), 65);
    EXPECT_THAT(recorded("t"), SizeIs(199));
}

TEST_F(KeyPackingTest, CutsBatchesByKeysAndNotByRows) {
    capture("CREATE TABLE t (id int PRIMARY KEY)");
    for (int i = 0; i < 4; ++i) {
        app_->exec("INSERT INTO t SELECT g FROM generate_series(" + std::to_string(i * 1'000 + 1) +
                   ", " + std::to_string(i * 1'000 + 1'000) + ") g");
    }
    Cursor from;
    std::vector<std::uint64_t> sizes;
    std::set<std::string> seen;
    for (bool complete = false; !complete;) {
        const Batch batch = batch_after(from, 1'500);
        EXPECT_EQ(batch.deltas_behind, 4'000U - 1'000U * sizes.size());
        const auto rows = changes(table("t"), batch);
        seen.insert(rows.begin(), rows.end());
        sizes.push_back(batch.deltas);
        from = batch.to;
        complete = batch.complete;
    }
    EXPECT_EQ(sizes, (std::vector<std::uint64_t>{1'000, 1'000, 1'000, 1'000}));
    EXPECT_THAT(seen, SizeIs(4'000));
}

TEST_F(KeyPackingTest, CannotBeRedirectedByTheApplicationsSearchPath) {
    capture(
        "CREATE TABLE t (dbsync_keys text PRIMARY KEY, keys int, s int, portion int, k1 int);"
        "CREATE SCHEMA evil;"
        "CREATE FUNCTION evil.no(bigint, bigint) RETURNS boolean LANGUAGE sql AS 'SELECT false';"
        "CREATE FUNCTION evil.no(bigint, int) RETURNS boolean LANGUAGE sql AS 'SELECT false';"
        "CREATE FUNCTION evil.no(int, int) RETURNS boolean LANGUAGE sql AS 'SELECT false';"
        "CREATE OPERATOR evil.= (FUNCTION = evil.no, LEFTARG = bigint, RIGHTARG = int);"
        "CREATE OPERATOR evil.> (FUNCTION = evil.no, LEFTARG = bigint, RIGHTARG = bigint);"
        "CREATE OPERATOR evil.> (FUNCTION = evil.no, LEFTARG = bigint, RIGHTARG = int);"
        "CREATE OPERATOR evil.> (FUNCTION = evil.no, LEFTARG = int, RIGHTARG = int);"
        "CREATE FUNCTION evil.pg_column_size(\"any\") RETURNS int LANGUAGE internal AS"
        " 'pg_column_size'");
    app_->exec(
        "SET search_path = evil, public, pg_catalog;"
        "INSERT INTO t SELECT 'k' || g FROM generate_series(1, 200) g; SET search_path = public");
    EXPECT_EQ(delta_rows("t"), 65);
    EXPECT_EQ(recorded("t"), keys_of("t"));
}

}  // namespace
}  // namespace dbsync::test
