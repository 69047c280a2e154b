// SPDX-License-Identifier: MIT
#include "engine/mysql/make_schema.hpp"

#include "base/log.hpp"
#include "engine/mysql/catalog.hpp"
#include "engine/mysql/make_columns.hpp"
#include "engine/mysql/make_default.hpp"
#include "engine/mysql/quoting.hpp"
#include "engine/mysql/schema_text.hpp"
#include "engine/mysql/translator_types.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace dbsync::mysql {

namespace {

// In characters (MySQL 9.x "CREATE TABLE").
constexpr std::size_t column_comment_max = 1'024;
constexpr std::size_t table_comment_max = 2'048;
constexpr std::size_t name_bytes_max = 64;

// Texts are equal when their bytes are, blanks at the end included, as on the servers that they
// come from. Each of the two servers executes its own comment.
constexpr std::string_view table_options =
    "ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4"
    " /*M!100203 COLLATE utf8mb4_nopad_bin */ /*!80017 COLLATE utf8mb4_0900_bin */";

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return text;
}

// The text without what stands behind so many bytes, and without half a character.
std::string cut(const std::string& text, std::size_t bytes) {
    if (text.size() <= bytes) {
        return text;
    }
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0U) == 0x80U) {
        --bytes;
    }
    return text.substr(0, bytes);
}

// A name that is not in use; both servers compare names of indexes and constraints in any case.
std::string free_name(std::string wanted, std::set<std::string>& taken) {
    wanted = shortened_name(wanted);
    std::string name = wanted;
    for (int i = 2; !taken.insert(lower(name)).second; ++i) {
        const std::string number = "_" + std::to_string(i);
        name = cut(wanted, name_bytes_max - number.size()) + number;
    }
    return name;
}

std::vector<std::string> shortened(const std::vector<std::string>& names) {
    std::vector<std::string> all;
    std::transform(names.begin(), names.end(), std::back_inserter(all), shortened_name);
    return all;
}

std::string comment_sql(const std::string& comment, std::size_t characters_max) {
    return comment.empty() ? std::string{}
                           : " COMMENT " + quote_literal(cut(comment, characters_max));
}

bool is_integer(const std::string& declared) noexcept {
    const Form form = declared_type(declared).form;
    return form == Form::TinyInt || form == Form::SmallInt || form == Form::MediumInt ||
           form == Form::Int || form == Form::BigInt;
}

class SchemaMaker {
  public:
    // MariaDB keeps names of checks apart from those of indexes.
    explicit SchemaMaker(const SchemaModel& model) : model_{model}, columns_{model} {
        for (const ModelTable& table : model.tables) {
            for (const Made& index : indexes(table)) {
                checks_.insert(lower(index.name));
            }
        }
    }

    MadeSchema run() {
        for (const ModelTable& table : model_.tables) {
            add_table(table);
        }
        for (const ModelTable& table : model_.tables) {
            add_indexes(table);
        }
        for (const ModelTable& table : model_.tables) {
            add_foreign_keys(table);
        }
        return {.items = std::move(items_),
                .left_out = {left_out_.begin(), left_out_.end()},
                .tables = std::move(made_),
                .problems = std::move(problems_)};
    }

  private:
    // An index as it is made, and whether the table is made with it.
    struct Made {
        std::string name;
        std::string sql;  // "UNIQUE INDEX `a` (`b`)"
        bool at_once = false;
    };

    void add(const ModelTable& table, SchemaStage stage, const std::string& kind,
             const std::string& name, std::string statement);
    void look_at_table(const ModelTable& table, const std::string& name);
    void add_table(const ModelTable& table);
    void add_indexes(const ModelTable& table);
    void add_foreign_keys(const ModelTable& table);
    std::string foreign_key_sql(const ModelTable& table, const ModelForeignKey& key,
                                const MadeColumns::Reference& reference, const std::string& name);
    void leave_out(const ModelTable& table, const std::string& item, const std::string& reason) {
        left_out_.insert(item + " of " + table.name.display() + " (" + reason + ")");
    }
    std::string column_sql(const ModelTable& table, const ModelColumn& column);
    void add_checks(const ModelTable& table, std::string& body);
    const ModelColumn* counter(const ModelTable& table) const;
    std::vector<Made> indexes(const ModelTable& table);

    const SchemaModel& model_;
    MadeColumns columns_;
    std::set<std::string> constraints_;  // names of foreign keys: one space for all tables
    std::set<std::string> checks_;       // likewise
    std::vector<SchemaItem> items_;
    std::set<std::string> left_out_;
    std::vector<Table> made_;
    std::vector<Finding> problems_;
};

// The statement is good for both servers.
void SchemaMaker::add(const ModelTable& table, SchemaStage stage, const std::string& kind,
                      const std::string& name, std::string statement) {
    SchemaText text{.server = {}, .database = {}, .kind = kind, .name = name, .table = {},
                    .statement = std::move(statement)};
    const std::string on = target_name(table.name).name;
    text.table = kind == "TABLE" ? std::string{} : on;
    items_.push_back({.id = kind + " " + on,
                      .stage = stage,
                      .description = kind + " " + on,
                      .sql = encode(text),
                      .table_id = table.table_id});
}

// The one AUTO_INCREMENT column that a table can have: an integer, and the first of an index.
const ModelColumn* SchemaMaker::counter(const ModelTable& table) const {
    for (const ModelColumn& column : table.columns) {
        const bool first =
            (!table.key.empty() && table.key.front() == column.name) ||
            std::any_of(table.indexes.begin(), table.indexes.end(), [&](const ModelIndex& index) {
                return !index.columns.empty() && index.columns.front() == column.name;
            });
        if (column.auto_increment && first && is_integer(columns_.type(table, column.name))) {
            return &column;
        }
    }
    return nullptr;
}

std::string SchemaMaker::column_sql(const ModelTable& table, const ModelColumn& column) {
    const std::string& type = columns_.type(table, column.name);
    const bool not_null = column.not_null || contains(table.key, column.name);
    made_.back().columns.push_back(
        {.name = shortened_name(column.name), .type = type, .not_null = not_null});
    std::string sql = quote_ident(shortened_name(column.name)) + " " + type +
                      (not_null ? " NOT NULL" : " NULL");
    if (&column == counter(table)) {
        sql += " AUTO_INCREMENT";
    } else if (column.auto_increment) {
        leave_out(table, "AUTO_INCREMENT of " + column.name,
                  "a table has one such column, an integer that is the first of a key");
    } else if (const auto value = default_sql(column, type)) {
        sql += *value;
    } else {
        leave_out(table, "default of " + column.name, "it has no form in the type " + type);
    }
    return sql + comment_sql(column.comment, column_comment_max);
}

// MySQL has no conditions on its AUTO_INCREMENT column, nor on those that a foreign key changes
// (MySQL 9.x "CHECK Constraints").
void SchemaMaker::add_checks(const ModelTable& table, std::string& body) {
    std::vector<std::string> refused;
    if (const ModelColumn* const column = counter(table)) {
        refused.push_back(column->name);
    }
    for (const ModelForeignKey& key : table.foreign_keys) {
        if (key.on_delete.starts_with("SET") || key.on_update.starts_with("SET") ||
            key.on_update == "CASCADE") {
            refused.insert(refused.end(), key.columns.begin(), key.columns.end());
        }
    }
    for (const std::string& condition : table.checks) {
        const Check check = check_sql(condition);
        const bool can_be = std::none_of(check.columns.begin(), check.columns.end(),
                                         [&](const std::string& name) {
                                             return contains(refused, name);
                                         });
        if (can_be) {
            const std::string name = free_name(target_name(table.name).name + "_check", checks_);
            body += ",\n  CONSTRAINT " + quote_ident(name) + " CHECK (" + check.sql + ")";
        } else {
            leave_out(table, "CHECK (" + condition + ")",
                      "it is on a column that counts, or that a foreign key changes");
        }
    }
}

// A table without a primary key is made with each unique index that may be its key.
std::vector<SchemaMaker::Made> SchemaMaker::indexes(const ModelTable& table) {
    std::vector<Made> made;
    std::set<std::string> taken{"primary", "gen_clust_index"};  // the servers' own
    const ModelColumn* const counting = counter(table);
    bool counter_has_index =
        counting == nullptr || (!table.key.empty() && table.key.front() == counting->name);
    for (const ModelIndex& index : table.indexes) {
        const std::string columns = columns_.index_columns(table, index);
        if (columns.empty()) {
            leave_out(table, "index " + index.name, "MySQL has no index over JSON");
            continue;
        }
        const bool for_counter = !counter_has_index && index.columns.front() == counting->name;
        counter_has_index = counter_has_index || for_counter;
        const bool may_be_key =
            table.key.empty() && index.unique &&
            std::all_of(index.columns.begin(), index.columns.end(), [&](const std::string& name) {
                return find_column(table, name)->not_null;
            });
        const std::string name = free_name(index.name.empty() ? "idx" : index.name, taken);
        made.push_back({.name = name,
                        .sql = fmt::format("{}INDEX {} ({})", index.unique ? "UNIQUE " : "",
                                           quote_ident(name), columns),
                        .at_once = may_be_key || for_counter});
    }
    return made;
}

void SchemaMaker::look_at_table(const ModelTable& table, const std::string& name) {
    if (table.columns.empty()) {
        problems_.push_back({Severity::Fail, table.name.display(),
                             "it has no column, which these servers do not know",
                             "leave it out with --exclude"});
    }
    if (name.starts_with(own_prefix)) {
        problems_.push_back({Severity::Fail, table.name.display(),
                             "it would be called " + name + ", as dbsync calls tables of its own",
                             "rename it on the source, or leave it out with --exclude"});
    }
}

void SchemaMaker::add_table(const ModelTable& table) {
    const std::string name = target_name(table.name).name;
    made_.emplace_back().name = target_name(table.name);
    look_at_table(table, name);
    std::string body;
    for (const ModelColumn& column : table.columns) {
        body += (body.empty() ? "\n  " : ",\n  ") + column_sql(table, column);
    }
    if (!table.key.empty()) {
        body += ",\n  PRIMARY KEY (" + quote_list(shortened(table.key)) + ")";
    }
    for (const Made& index : indexes(table)) {
        body += index.at_once ? ",\n  " + index.sql : "";
    }
    add_checks(table, body);
    add(table, SchemaStage::Before, "TABLE", name,
        fmt::format("CREATE TABLE {} ({}\n) {}{}", quote_ident(name), body, table_options,
                    comment_sql(table.comment, table_comment_max)));
}

void SchemaMaker::add_indexes(const ModelTable& table) {
    std::string first;
    std::string adds;
    for (const Made& index : indexes(table)) {
        if (!index.at_once) {
            first = first.empty() ? index.name : first;
            adds += (adds.empty() ? "\n  ADD " : ",\n  ADD ") + index.sql;
        }
    }
    if (!adds.empty()) {
        add(table, SchemaStage::After, "INDEX", first,
            "ALTER TABLE " + quote_ident(target_name(table.name).name) + adds);
    }
}

// InnoDB has no SET DEFAULT, and no SET NULL of a column that is never NULL.
std::string SchemaMaker::foreign_key_sql(const ModelTable& table, const ModelForeignKey& key,
                                         const MadeColumns::Reference& reference,
                                         const std::string& name) {
    const auto action = [&](const std::string& wanted) -> std::string {
        const bool impossible =
            wanted == "SET DEFAULT" ||
            (wanted == "SET NULL" &&
             std::any_of(key.columns.begin(), key.columns.end(), [&](const std::string& column) {
                 const ModelColumn* const found = find_column(table, column);
                 return found == nullptr || found->not_null || contains(table.key, column);
             }));
        if (impossible) {
            leave_out(table, wanted + " of foreign key " + name,
                      "it becomes NO ACTION: the server has no such action on these columns");
        }
        return impossible ? "NO ACTION" : wanted;
    };
    if (key.deferred) {
        leave_out(table, "deferral of foreign key " + name,
                  "the server looks at it at each statement, not at the commit");
    }
    return fmt::format(
        "CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {} ({}) ON DELETE {} ON UPDATE {}",
        quote_ident(name), quote_list(shortened(reference.columns)),
        quote_ident(target_name(key.parent).name), quote_list(shortened(reference.parent_columns)),
        action(key.on_delete), action(key.on_update));
}

void SchemaMaker::add_foreign_keys(const ModelTable& table) {
    const std::string on = target_name(table.name).name;
    std::string first;
    std::string adds;
    for (const ModelForeignKey& key : table.foreign_keys) {
        const MadeColumns::Reference reference = columns_.reference(key);
        if (reference.parent == nullptr) {
            continue;  // the source's description lists it as left behind
        }
        const std::string name = free_name(key.name.empty() ? "fk_" + on : key.name, constraints_);
        first = first.empty() ? name : first;
        adds += (adds.empty() ? "\n  ADD " : ",\n  ADD ") +
                foreign_key_sql(table, key, reference, name);
    }
    if (!adds.empty()) {
        add(table, SchemaStage::Last, "FOREIGN KEY", first,
            "ALTER TABLE " + quote_ident(on) + adds);
    }
}

}  // namespace

MadeSchema make_schema(const SchemaModel& model) {
    return SchemaMaker{model}.run();
}

}  // namespace dbsync::mysql
