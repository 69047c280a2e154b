// SPDX-License-Identifier: MIT
// A schema that goes through export_schema() and the target's run_schema() is the same schema.
#include "engine/postgres/schema_dump.hpp"

#include "base/error.hpp"
#include "engine/postgres/connection.hpp"
#include "engine/postgres/target.hpp"
#include "target_tables.hpp"

#include <cstdlib>
#include <gmock/gmock.h>

namespace dbsync::postgres {
namespace {

using test::describe_tables;
using test::endpoint_of;
using test::source_server;
using test::table_named;
using test::target_server;

constexpr const char* nasty_schema = R"sql(
CREATE SCHEMA "My ""Schema"".x; Type: TABLE";
CREATE TYPE public.mood AS ENUM ('ok', 'it''s', 'Ünïcode');
CREATE DOMAIN public.positive AS integer NOT NULL CHECK (VALUE > 0);
CREATE FUNCTION public.twice(n integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $body$
BEGIN
--
-- TOC entry 1 (class 1259 OID 1)
-- Name: fake; Type: TABLE; Schema: public; Owner: -
--
  RETURN n * 2;
END $body$;
CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE TABLE "My ""Schema"".x; Type: TABLE"."select ""from"" Tübl. x" (
    "Id; Owner: me" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "a.b" text DEFAULT 'x' UNIQUE,
    feeling public.mood,
    amount public.positive DEFAULT 1,
    doubled integer GENERATED ALWAYS AS (7) STORED
);
COMMENT ON COLUMN "My ""Schema"".x; Type: TABLE"."select ""from"" Tübl. x"."a.b" IS 'it''s; this';
CREATE TABLE public.parent (id serial PRIMARY KEY, name varchar(20) NOT NULL CHECK (name <> ''));
CREATE UNIQUE INDEX parent_lower ON public.parent (lower(name));
COMMENT ON INDEX public.parent_lower IS 'commented';
CREATE INDEX parent_twice ON public.parent (public.twice(id)) WHERE id > 3;
CREATE STATISTICS public.parent_stat ON id, name FROM public.parent;
CREATE TABLE public.child (
    id bigint PRIMARY KEY, parent_id integer NOT NULL REFERENCES public.parent ON DELETE CASCADE,
    next_id bigint REFERENCES public.child DEFERRABLE INITIALLY DEFERRED);
ALTER TABLE public.child ADD CONSTRAINT late CHECK (id > 0) NOT VALID;
CREATE TABLE public.base (id integer NOT NULL, note text);
CREATE TABLE public.derived (extra text) INHERITS (public.base);
CREATE TABLE public.parts (k integer NOT NULL, at date NOT NULL, v text, PRIMARY KEY (k, at))
    PARTITION BY RANGE (at);
CREATE TABLE public.parts_1 PARTITION OF public.parts
    FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE public.parts_2 PARTITION OF public.parts
    FOR VALUES FROM ('2021-01-01') TO ('2022-01-01') PARTITION BY LIST (k);
CREATE TABLE public.parts_2_1 PARTITION OF public.parts_2 DEFAULT;
CREATE INDEX parts_v ON public.parts (v);
CREATE VIEW public.grouped AS SELECT p.id, p.name, count(*) FROM public.parent p GROUP BY p.id;
CREATE MATERIALIZED VIEW public.counted AS SELECT count(*) AS n FROM public.parent;
CREATE UNIQUE INDEX counted_n ON public.counted (n);
CREATE TRIGGER note BEFORE INSERT ON public.parent FOR EACH ROW EXECUTE FUNCTION public.note();
ALTER TABLE public.parent ENABLE ALWAYS TRIGGER note;
CREATE RULE silent AS ON DELETE TO public.child DO INSTEAD NOTHING;
ALTER TABLE public.child ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON public.child USING (id > 0);
CREATE TABLE public.left_out (id integer PRIMARY KEY);
CREATE VIEW public.of_left_out AS SELECT * FROM public.left_out;
GRANT SELECT ON public.parent TO pg_monitor;
CREATE SCHEMA dbsync;
CREATE FUNCTION dbsync.f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN null; END $$;
CREATE TABLE dbsync.delta (id integer);
CREATE TRIGGER dbsync_7 AFTER INSERT ON public.parent FOR EACH ROW EXECUTE FUNCTION dbsync.f();
)sql";

class SchemaDump : public testing::Test {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_POSTGRES("system");
        from_ = source_server().create_database();
        to_ = target_server().create_database();
        source_server().exec(nasty_schema, from_);
        tables_ = describe_tables(source_server(), from_);
        std::erase_if(tables_, [](const Table& t) { return t.name.name == "left_out"; });
    }

    std::vector<SchemaItem> exported() const {
        const Endpoint endpoint = endpoint_of(source_server(), from_);
        Connection connection{endpoint, {.role = Role::Source, .purpose = "test"}};
        return export_schema(endpoint, connection, tables_);
    }

    static std::vector<SchemaItem> of_stage(const std::vector<SchemaItem>& items,
                                            SchemaStage stage) {
        std::vector<SchemaItem> some;
        std::copy_if(items.begin(), items.end(), std::back_inserter(some),
                     [&](const SchemaItem& item) { return item.stage == stage; });
        return some;
    }

    std::string from_;
    std::string to_;
    std::vector<Table> tables_;
};

TEST_F(SchemaDump, GivesTheSameSchemaStageByStage) {
    const auto items = exported();
    const auto target = make_target(endpoint_of(target_server(), to_));
    target->prepare("job", "source 1");
    target->run_schema("job", of_stage(items, SchemaStage::Before));
    target->run_schema("job", of_stage(items, SchemaStage::Key));
    auto after = of_stage(items, SchemaStage::After);
    std::reverse(after.begin(), after.end());  // they run at the same time: any order must do
    for (const SchemaItem& item : after) {
        target->run_schema("job", {&item, 1});
    }
    target->run_schema("job", of_stage(items, SchemaStage::Last));
    target->wake("job", {}, of_stage(items, SchemaStage::Asleep));
    target->remove("job");

    source_server().exec("DROP TRIGGER dbsync_7 ON public.parent; DROP SCHEMA dbsync CASCADE;"
                         "DROP TABLE public.left_out CASCADE", from_);
    EXPECT_EQ(target_server().schema(to_), source_server().schema(from_));
    EXPECT_EQ(target_server().value("SELECT n FROM public.counted", to_), "0");
}

TEST_F(SchemaDump, RunsNoItemTwice) {
    const auto items = exported();
    const auto target = make_target(endpoint_of(target_server(), to_));
    target->prepare("job", "source 1");
    target->run_schema("job", of_stage(items, SchemaStage::Before));
    EXPECT_NO_THROW(target->run_schema("job", of_stage(exported(), SchemaStage::Before)));
}

TEST_F(SchemaDump, KnowsWhichIndexesAreTheKey) {
    const auto items = exported();
    std::vector<std::string> parts;
    for (const SchemaItem& item : items) {
        if (item.stage == SchemaStage::Key &&
            item.table_id == table_named(tables_, "parts").id) {
            parts.push_back(item.description);
        }
    }
    EXPECT_THAT(parts, testing::Contains("CONSTRAINT public parts parts_pkey"));
    EXPECT_THAT(parts, testing::Contains("CONSTRAINT public parts_2_1 parts_2_1_pkey"));
    EXPECT_THAT(parts, testing::Contains("INDEX ATTACH public parts_1_pkey"));
    for (const SchemaItem& item : of_stage(items, SchemaStage::After)) {
        EXPECT_EQ(item.description.find("ATTACH"), std::string::npos) << item.description;
    }
}

TEST_F(SchemaDump, LeavesOutWhatIsNotMoved) {
    for (const SchemaItem& item : exported()) {
        EXPECT_EQ(item.description.find("left_out"), std::string::npos) << item.description;
        EXPECT_EQ(item.sql.find("dbsync"), std::string::npos) << item.description;
    }
}

TEST_F(SchemaDump, LeavesOutOwnersWhoseRoleIsMissing) {
    source_server().exec("CREATE ROLE \"only Here\"; ALTER TABLE public.parent OWNER TO"
                         " \"only Here\"; GRANT ALL ON public.child TO \"only Here\"", from_);
    const auto items = exported();
    source_server().exec("DROP OWNED BY \"only Here\" CASCADE", from_);
    source_server().exec("DROP ROLE \"only Here\"", from_);
    const auto target = make_target(endpoint_of(target_server(), to_));
    target->prepare("job", "source 1");
    for (const SchemaStage stage : {SchemaStage::Before, SchemaStage::Key, SchemaStage::After,
                                    SchemaStage::Last}) {
        target->run_schema("job", of_stage(items, stage));
    }
    const auto findings = target->inspect(tables_, "job");
    EXPECT_TRUE(std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
        return finding.message.find("owners or privileges") != std::string::npos;
    }));
}

TEST_F(SchemaDump, NamesTheItemThatFails) {
    const auto target = make_target(endpoint_of(target_server(), to_));
    target->prepare("job", "source 1");
    const SchemaItem item{.id = "x", .stage = SchemaStage::Before, .description = "TABLE public x",
                          .sql = "CREATE TABLE nonsense"};
    try {
        target->run_schema("job", {&item, 1});
        FAIL();
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr("TABLE public x"));
    }
}

}  // namespace
}  // namespace dbsync::postgres
