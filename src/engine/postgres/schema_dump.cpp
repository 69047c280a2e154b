// SPDX-License-Identifier: MIT
#include "engine/postgres/schema_dump.hpp"

#include "engine/postgres/connection.hpp"
#include "engine/postgres/dump_tools.hpp"
#include "engine/postgres/target_stage.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace dbsync::postgres {

namespace {

// What the source's catalogue says about the objects of the dump.
struct Catalogue {
    std::map<std::int64_t, std::int32_t> tables;     // relation → number of the table
    std::map<std::int64_t, std::int32_t> key_parts;  // index or constraint of a key → the same
    std::set<std::int64_t> own_triggers;
    std::set<std::int64_t> view_rules;
    std::map<std::int64_t, TableName> populated_views;
};

std::set<std::int64_t> ids(Connection& connection, const char* file) {
    const Result result = connection.run(sql::render(file, parameters()));
    std::set<std::int64_t> all;
    for (int row = 0; row < result.rows(); ++row) {
        all.insert(result.integer(row, 0));
    }
    return all;
}

void look_up_tables(Connection& connection, std::span<const Table> tables, Catalogue& catalogue) {
    std::vector<std::string> numbers;
    std::vector<std::string> schemas;
    std::vector<std::string> names;
    for (const Table& table : tables) {
        numbers.push_back(std::to_string(table.id));
        schemas.push_back(table.name.schema);
        names.push_back(table.name.name);
    }
    const Result found = connection.run(sql::render("schemas/postgres/schema_tables.sql",
                                                    parameters()
                                                        .literal("ids", array_text(numbers))
                                                        .literal("schemas", array_text(schemas))
                                                        .literal("names", array_text(names))));
    for (int row = 0; row < found.rows(); ++row) {
        catalogue.tables[found.integer(row, 0)] = static_cast<std::int32_t>(found.integer(row, 1));
    }
}

void look_up_keys(Connection& connection, std::span<const Table> tables, Catalogue& catalogue) {
    for (const Table& table : tables) {
        if (table.key_shape == KeyShape::WholeRow) {
            continue;
        }
        const Result found =
            connection.run(sql::render("schemas/postgres/schema_key_indexes.sql",
                                       parameters()
                                           .literal("schema", table.name.schema)
                                           .literal("name", table.name.name)
                                           .literal("key", array_text(table.key))));
        for (int row = 0; row < found.rows(); ++row) {
            catalogue.key_parts[found.integer(row, 0)] = table.id;
        }
    }
}

Catalogue look_up(Connection& connection, std::span<const Table> tables) {
    Catalogue catalogue;
    look_up_tables(connection, tables, catalogue);
    look_up_keys(connection, tables, catalogue);
    catalogue.own_triggers = ids(connection, "schemas/postgres/schema_own_triggers.sql");
    catalogue.view_rules = ids(connection, "schemas/postgres/schema_view_rules.sql");
    const Result views =
        connection.run(sql::render("schemas/postgres/schema_populated_views.sql", parameters()));
    for (int row = 0; row < views.rows(); ++row) {
        catalogue.populated_views[views.integer(row, 0)] = {views.text(row, 1), views.text(row, 2)};
    }
    return catalogue;
}

bool is_any(const std::string& type, std::initializer_list<std::string_view> types) {
    return std::find(types.begin(), types.end(), type) != types.end();
}

class Sorter {
  public:
    Sorter(std::vector<TocEntry> entries, Catalogue catalogue)
        : entries_{std::move(entries)}, catalogue_{std::move(catalogue)} {
        for (const TocEntry& entry : entries_) {
            by_id_[entry.id] = &entry;
        }
        find_left_out();
    }

    std::vector<SchemaItem> sort() {
        for (const TocEntry& entry : entries_) {
            if (!left_out_.contains(entry.id) && !entry.sql.empty()) {
                add(entry);
            }
        }
        refresh_views();
        items_.insert(items_.end(), owners_.begin(), owners_.end());
        items_.insert(items_.end(), privileges_.begin(), privileges_.end());
        return std::move(items_);
    }

  private:
    // Tables that are not moved, triggers of our own, and all that depends on these.
    void find_left_out() {
        for (const TocEntry& entry : entries_) {
            const bool other_table =
                entry.type == "TABLE" && !catalogue_.tables.contains(entry.object);
            const bool own = is_any(entry.type, {"TRIGGER", "EVENT TRIGGER"}) &&
                             catalogue_.own_triggers.contains(entry.object);
            if (other_table || own) {
                left_out_.insert(entry.id);
            }
        }
        for (std::size_t before = left_out_.size() + 1; before != left_out_.size();) {
            before = left_out_.size();
            for (const TocEntry& entry : entries_) {
                if (std::any_of(entry.dependencies.begin(), entry.dependencies.end(),
                                [&](int id) { return left_out_.contains(id); })) {
                    left_out_.insert(entry.id);
                }
            }
        }
    }

    SchemaStage stage_of(const TocEntry& entry) const {
        if (is_any(entry.type, {"COMMENT", "SECURITY LABEL"})) {
            return stage_of_commented(entry);
        }
        if (is_any(entry.type, {"ACL", "DEFAULT ACL", "FK CONSTRAINT", "POLICY", "ROW SECURITY"})) {
            return SchemaStage::Last;
        }
        if (is_any(entry.type, {"TRIGGER", "EVENT TRIGGER"})) {
            return SchemaStage::Asleep;
        }
        if (entry.type == "RULE") {
            return catalogue_.view_rules.contains(entry.object) ? SchemaStage::Last
                                                                 : SchemaStage::Asleep;
        }
        if (!entry.post_data) {
            return SchemaStage::Before;
        }
        if (key_table(entry) != 0) {
            return SchemaStage::Key;
        }
        const bool free_standing =
            is_any(entry.type, {"INDEX", "CONSTRAINT", "CHECK CONSTRAINT", "STATISTICS"}) &&
            std::none_of(entry.dependencies.begin(), entry.dependencies.end(), [&](int id) {
                const auto found = by_id_.find(id);
                return found != by_id_.end() && found->second->post_data;
            });
        return free_standing ? SchemaStage::After : SchemaStage::Last;
    }

    // After's items run at the same time, so a comment on one of them comes later.
    SchemaStage stage_of_commented(const TocEntry& entry) const {
        SchemaStage stage = SchemaStage::Before;
        for (const int id : entry.dependencies) {
            const auto found = by_id_.find(id);
            if (found != by_id_.end()) {
                stage = std::max(stage, stage_of(*found->second));
            }
        }
        return stage == SchemaStage::Key || stage == SchemaStage::After ? SchemaStage::Last : stage;
    }

    // The table whose key this is, or is part of; 0 for anything else.
    std::int32_t key_table(const TocEntry& entry) const {
        if (is_any(entry.type, {"INDEX", "CONSTRAINT"})) {
            const auto found = catalogue_.key_parts.find(entry.object);
            return found == catalogue_.key_parts.end() ? 0 : found->second;
        }
        if (entry.type != "INDEX ATTACH") {
            return 0;
        }
        for (const int id : entry.dependencies) {
            const auto found = by_id_.find(id);
            if (found != by_id_.end() && found->second->type != "INDEX ATTACH") {
                if (const std::int32_t table = key_table(*found->second); table != 0) {
                    return table;
                }
            }
        }
        return 0;
    }

    std::int32_t table_of(const TocEntry& entry) const {
        for (const int id : entry.dependencies) {
            const auto found = by_id_.find(id);
            if (found != by_id_.end() && found->second->type == "TABLE") {
                return catalogue_.tables.at(found->second->object);
            }
        }
        return 0;
    }

    // An item's id is its label; equal labels (line breaks in names become blanks) are numbered.
    SchemaItem make(SchemaStage stage, const std::string& label, std::string sql) {
        const int count = ++labels_[label];
        return {.id = count == 1 ? label : label + " #" + std::to_string(count),
                .stage = stage,
                .description = label,
                .sql = std::move(sql)};
    }

    // One item a statement: a role that is missing must not keep the others from their rights.
    void add_privileges(const TocEntry& entry) {
        const std::string label = entry.type == "ACL" ? entry.label : "ACL " + entry.label;
        for (std::size_t begin = 0; begin < entry.sql.size();) {
            const auto end = std::min({entry.sql.find(";\nGRANT ", begin),
                                       entry.sql.find(";\nREVOKE ", begin),
                                       entry.sql.find(";\nALTER DEFAULT ", begin)});
            const std::size_t size = end == std::string::npos ? end : end + 1 - begin;
            privileges_.push_back(make(SchemaStage::Last, label, entry.sql.substr(begin, size)));
            begin = end == std::string::npos ? entry.sql.size() : end + 2;
        }
    }

    void add(const TocEntry& entry) {
        if (is_any(entry.type, {"ACL", "DEFAULT ACL"})) {
            add_privileges(entry);
            return;
        }
        const SchemaStage stage = stage_of(entry);
        SchemaItem item = make(stage, entry.label, entry.sql);
        if (entry.type == "SCHEMA") {
            constexpr std::string_view create = "CREATE SCHEMA ";
            if (const auto at = item.sql.find(create); at != std::string::npos) {
                item.sql.insert(at + create.size(), "IF NOT EXISTS ");
            }
        }
        if (stage == SchemaStage::Key || stage == SchemaStage::After) {
            const std::int32_t key = key_table(entry);
            item.table_id = key != 0 ? key : table_of(entry);
        }
        items_.push_back(std::move(item));
        if (!entry.owner_sql.empty()) {
            owners_.push_back(make(stage == SchemaStage::Asleep ? stage : SchemaStage::Last,
                                   "OWNER " + entry.label, entry.owner_sql));
        }
    }

    // pg_dump --schema-only creates materialized views without rows.
    void refresh_views() {
        for (const TocEntry& entry : entries_) {
            const auto view = catalogue_.populated_views.find(entry.object);
            if (entry.type == "MATERIALIZED VIEW" && view != catalogue_.populated_views.end() &&
                !left_out_.contains(entry.id)) {
                items_.push_back(make(SchemaStage::Last, "REFRESH " + entry.label,
                                      "REFRESH MATERIALIZED VIEW " + qualified(view->second)));
            }
        }
    }

    std::vector<TocEntry> entries_;
    Catalogue catalogue_;
    std::map<int, const TocEntry*> by_id_;
    std::set<int> left_out_;
    std::map<std::string, int> labels_;
    std::vector<SchemaItem> items_;
    std::vector<SchemaItem> owners_;
    std::vector<SchemaItem> privileges_;
};

}  // namespace

std::vector<SchemaItem> export_schema(const Endpoint& endpoint, Connection& connection,
                                      std::span<const Table> tables) {
    Catalogue catalogue = look_up(connection, tables);
    return Sorter{dump_schema(endpoint, connection), std::move(catalogue)}.sort();
}

}  // namespace dbsync::postgres
