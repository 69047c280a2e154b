// SPDX-License-Identifier: MIT
#include "engine/mysql/try_schema.hpp"

#include "base/error.hpp"
#include "engine/mysql/quoting.hpp"
#include "engine/mysql/schema_text.hpp"
#include "engine/mysql/target_grants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace dbsync::mysql {

namespace {

constexpr std::string_view create_table = "CREATE TABLE ";

// Dropped even when the next statement is refused.
class TemporaryTable {
  public:
    TemporaryTable(Connection& connection, const SchemaText& text)
        : connection_{connection}, name_{text.name} {
        connection_.run("CREATE TEMPORARY TABLE " + text.statement.substr(create_table.size()));
    }
    ~TemporaryTable() {
        try {
            connection_.run("DROP TEMPORARY TABLE " + quote_ident(name_));
        } catch (const Error&) {
            return;  // it goes with the session
        }
    }
    TemporaryTable(const TemporaryTable&) = delete;
    TemporaryTable& operator=(const TemporaryTable&) = delete;

  private:
    Connection& connection_;
    std::string name_;
};

// A table's items, the table itself first.
std::optional<SchemaRefusal> try_table(Connection& connection,
                                       const std::vector<const SchemaItem*>& items) {
    std::optional<TemporaryTable> table;
    for (const SchemaItem* item : items) {
        const SchemaText text = decode(item->sql);
        try {
            if (table) {
                connection.run(text.statement);
            } else if (text.kind == "TABLE") {
                table.emplace(connection, text);
            }
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::Connection) {
                throw;
            }
            return SchemaRefusal{
                .table_id = error.kind() == ErrorKind::Permission ? 0 : item->table_id,
                .reason = fmt::format("{}: {} ({})", item->description, error.fields().native_text,
                                      error.fields().native_code)};
        }
    }
    return std::nullopt;
}

}  // namespace

std::vector<SchemaRefusal> try_schema(Connection& connection, std::span<const SchemaItem> items) {
    std::vector<SchemaRefusal> refusals;
    std::map<std::int32_t, std::vector<const SchemaItem*>> by_table;
    for (const SchemaItem& item : items) {
        if (item.stage != SchemaStage::Last) {
            by_table[item.table_id].push_back(&item);
        }
    }
    const bool refers = std::any_of(items.begin(), items.end(), [](const SchemaItem& item) {
        return item.stage == SchemaStage::Last;
    });
    if (refers && !read_grants(connection).has("REFERENCES")) {
        refusals.push_back(
            {.table_id = 0,
             .reason = "foreign keys: this user lacks REFERENCES",
             .hint = "GRANT REFERENCES ON " + quote_ident(connection.database()) + ".* to it"});
    }
    for (const auto& [id, of_table] : by_table) {
        if (std::optional<SchemaRefusal> refusal = try_table(connection, of_table)) {
            refusals.push_back(std::move(*refusal));
            if (refusals.back().table_id == 0) {
                break;
            }
        }
    }
    return refusals;
}

}  // namespace dbsync::mysql
