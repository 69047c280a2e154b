// SPDX-License-Identifier: MIT
// docs/formats/type-mapping.md says what the code does: it is printed from the translators, and
// this test fails where the two differ. DBSYNC_UPDATE_GOLDEN=1 writes it anew.
#include "engine/registry.hpp"
#include "support/mysql_server.hpp"
#include "support/postgres_server.hpp"
#include "support/sqlite_file.hpp"
#include "support/temp_dir.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace dbsync {
namespace {

struct Side {
    EngineKind kind;
    const char* name;
};

struct SourceTypes {
    Side source;
    std::vector<Side> targets;
    std::vector<std::string> types;
};

const Side sqlite{EngineKind::Sqlite, "SQLite"};
const Side postgres{EngineKind::Postgres, "PostgreSQL"};
const Side mysql{EngineKind::Mysql, "MySQL, MariaDB"};

std::vector<SourceTypes> all_types() {
    return {
        {sqlite,
         {postgres, mysql},
         {"INTEGER", "INT", "BIGINT", "BOOLEAN", "REAL", "DOUBLE", "FLOAT", "NUMERIC",
          "DECIMAL(10,2)", "TEXT", "VARCHAR(40)", "CLOB", "BLOB", "DATE", "TIME", "DATETIME",
          "TIMESTAMP", "JSON", "UUID", ""}},
        {mysql,
         {postgres},
         {"tinyint(1)", "tinyint(4)", "tinyint(3) unsigned", "smallint(6)",
          "smallint(5) unsigned", "mediumint(9)", "mediumint(8) unsigned", "int(11)",
          "int(10) unsigned", "bigint(20)", "bigint(20) unsigned", "decimal(10,2)", "float",
          "double", "char(10)", "varchar(40)", "tinytext", "text", "mediumtext", "longtext",
          "enum('a','b')", "set('a','b')", "binary(16)", "varbinary(40)", "tinyblob", "blob",
          "mediumblob", "longblob", "bit(1)", "bit(8)", "date", "datetime", "datetime(6)",
          "timestamp", "timestamp(6)", "time", "time(3)", "year(4)", "json", "geometry", "point",
          "uuid", "inet6"}},
        {postgres,
         {mysql},
         {"boolean", "smallint", "integer", "bigint", "oid", "numeric(10,2)", "numeric", "real",
          "double precision", "money", "text", "character varying(40)", "character varying",
          "character(10)", "bytea", "date", "time without time zone", "time(3) without time zone",
          "time with time zone", "timestamp without time zone", "timestamp(3) without time zone",
          "timestamp with time zone", "interval", "json", "jsonb", "uuid", "bit(8)",
          "bit varying(8)", "inet", "xml", "tsvector", "int4range", "integer[]", "point"}},
    };
}

std::string code(const std::string& text) {
    return text.empty() ? "(none)" : "`" + text + "`";
}

// A table with a column of each type, made on a real server; the endpoint's URL.
std::string make_table(const SourceTypes& of, const test::TempDir& folder) {
    std::string columns = "id int PRIMARY KEY";
    for (std::size_t i = 0; i < of.types.size(); ++i) {
        columns += fmt::format(", c{} {}", i, of.types[i]);
    }
    const std::string create = "CREATE TABLE t (" + columns + ")";
    switch (of.source.kind) {
        case EngineKind::Sqlite: {
            test::SqliteFile file{folder.path() / "types.db"};
            file.exec(create);
            return file.url();
        }
        case EngineKind::Postgres: {
            test::PostgresServer& server = test::source_server();
            const std::string database = server.create_database();
            server.exec(create, database);
            return server.url(database);
        }
        case EngineKind::Mysql: {
            test::MysqlServer& server = test::mysql_server("mariadb");
            const std::string database = server.create_database();
            server.exec(create, database);
            return server.url(database);
        }
    }
    return {};
}

std::string row_of(const ModelColumn& column, const std::string& type, const Translator& to) {
    const std::string plain = to.declare(column.type, false);
    const std::string in_key = to.declare(column.type, true);
    return fmt::format("| {} | {} | {} | {} | {} |\n", code(type), kind_name(column.type.kind),
                       code(plain), in_key == plain ? "" : code(in_key), column.type.note);
}

std::string document() {
    const test::TempDir folder;
    std::string text =
        "# What a type becomes on another engine\n\n"
        "Printed from the code that does it (`tests/engine/type_mapping_test.cpp`); `dbsync check` "
        "shows\nthe same for your own columns, and `--map table.column=type` chooses another type. "
        "Every value\ncrosses exactly or is refused by name: docs/formats/canonical-row.md has the "
        "forms. From SQLite\nthese are the types of columns whose values fit what is declared.\n";
    for (const SourceTypes& of : all_types()) {
        const auto source = open_source(Endpoint::parse(make_table(of, folder), ""));
        const SchemaModel model = source->describe_schema(source->inspect({}).tables);
        const std::vector<ModelColumn>& columns = model.tables.at(0).columns;
        for (const Side& target : of.targets) {
            const auto to = open_translator(target.kind);
            text += fmt::format("\n## {} → {}\n\n| source | kind | target | in a key | note |\n"
                                "|---|---|---|---|---|\n",
                                of.source.name, target.name);
            for (std::size_t i = 0; i < of.types.size(); ++i) {
                text += row_of(columns.at(i + 1), of.types[i], *to);
            }
        }
    }
    return text;
}

TEST(TypeMapping, TheDocumentSaysWhatTheCodeDoes) {
    DBSYNC_NEEDS_POSTGRES("system");
    DBSYNC_NEEDS_MYSQL("mariadb");
    const auto file =
        std::filesystem::path{DBSYNC_SOURCE_DIR} / "docs" / "formats" / "type-mapping.md";
    const std::string text = document();
    if (std::getenv("DBSYNC_UPDATE_GOLDEN") != nullptr) {
        std::ofstream{file} << text;
    }
    EXPECT_EQ(test::read_file(file), text) << "DBSYNC_UPDATE_GOLDEN=1 writes " << file;
}

}  // namespace
}  // namespace dbsync
