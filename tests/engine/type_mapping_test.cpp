// SPDX-License-Identifier: MIT
// docs/formats/type-mapping.md says what the code does: it is printed from the translators, and
// this test fails where the two differ. DBSYNC_UPDATE_GOLDEN=1 writes it anew.
#include "engine/registry.hpp"
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
          "timestamp with time zone", "interval", "json", "jsonb", "uuid", "bit(8)", "bit varying(8)",
          "inet", "xml", "tsvector", "int4range", "integer[]", "point"}},
    };
}

std::string code(const std::string& text) {
    return text.empty() ? "(none)" : "`" + text + "`";
}

std::string row_of(const Translator& from, const Translator& to, const std::string& type) {
    const ModelType model = from.type_of({.name = "c", .type = type});
    const std::string plain = to.declare(model, false);
    const std::string in_key = to.declare(model, true);
    return fmt::format("| {} | {} | {} | {} | {} |\n", code(type), kind_name(model.kind),
                       code(plain), in_key == plain ? "" : code(in_key), model.note);
}

std::string document() {
    std::string text =
        "# What a type becomes on another engine\n\n"
        "Printed from the code that does it (`tests/engine/type_mapping_test.cpp`); `dbsync check` "
        "shows\nthe same for your own columns, and `--map table.column=type` chooses another type. "
        "Every value\ncrosses exactly or is refused by name: docs/formats/canonical-row.md has the "
        "forms.\n";
    for (const SourceTypes& of : all_types()) {
        const auto from = open_translator(of.source.kind);
        for (const Side& target : of.targets) {
            const auto to = open_translator(target.kind);
            text += fmt::format("\n## {} → {}\n\n| source | kind | target | in a key | note |\n"
                                "|---|---|---|---|---|\n",
                                of.source.name, target.name);
            for (const std::string& type : of.types) {
                text += row_of(*from, *to, type);
            }
        }
    }
    return text;
}

TEST(TypeMapping, TheDocumentSaysWhatTheCodeDoes) {
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
