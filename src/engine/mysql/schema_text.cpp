// SPDX-License-Identifier: MIT
#include "engine/mysql/schema_text.hpp"

#include "base/check.hpp"

#include <nlohmann/json.hpp>

#include <string_view>

namespace dbsync::mysql {

namespace {

constexpr std::string_view begin_mark = "/* dbsync ";
constexpr std::string_view end_mark = " */\n";

}  // namespace

std::string encode(const SchemaText& text) {
    const nlohmann::json header{{"mariadb", text.server.mariadb},
                                {"version", text.server.version},
                                {"server", text.server.text},
                                {"database", text.database},
                                {"kind", text.kind},
                                {"name", text.name},
                                {"table", text.table},
                                {"sql_mode", text.sql_mode},
                                {"collation", text.collation},
                                {"database_collation", text.database_collation},
                                {"time_zone", text.time_zone},
                                {"needs", text.needs}};
    std::string shown = header.dump();
    // A name may end the comment; JSON knows the slash with a backslash, too.
    for (auto at = shown.find("*/"); at != std::string::npos; at = shown.find("*/", at)) {
        shown.insert(at + 1, "\\");
    }
    return std::string{begin_mark} + shown + std::string{end_mark} + text.statement;
}

SchemaText decode(const std::string& sql) {
    const auto end = sql.find(end_mark);
    DBSYNC_CHECK(sql.starts_with(begin_mark) && end != std::string::npos,
                 "a schema item of this engine");
    const auto header =
        nlohmann::json::parse(sql.substr(begin_mark.size(), end - begin_mark.size()));
    SchemaText text{.server = {.mariadb = header.at("mariadb"),
                               .version = header.at("version"),
                               .text = header.at("server")},
                    .database = header.at("database"),
                    .kind = header.at("kind"),
                    .name = header.at("name"),
                    .table = header.at("table"),
                    .statement = sql.substr(end + end_mark.size())};
    text.sql_mode = header.at("sql_mode");
    text.collation = header.at("collation");
    text.database_collation = header.at("database_collation");
    text.time_zone = header.at("time_zone");
    text.needs = header.at("needs").get<std::vector<std::string>>();
    return text;
}

}  // namespace dbsync::mysql
