// SPDX-License-Identifier: MIT
#include "engine/postgres/capture_plan.hpp"

#include <fmt/format.h>

#include <utility>

namespace dbsync::postgres {

namespace {

constexpr int format_version = 1;  // docs/formats/delta-tables.md

struct Setting {
    const char* name;
    const char* value;
};

// Under which a row's text is hashed: those of Connection, so that both sides agree. They also keep
// the application's search_path out of the function.
constexpr Setting text_settings[] = {
    {"search_path", "pg_catalog"}, {"datestyle", "ISO"},        {"intervalstyle", "postgres"},
    {"timezone", "UTC"},           {"extra_float_digits", "3"}, {"bytea_output", "hex"},
    {"xmloption", "content"},      {"lc_monetary", "C"},
};

sql::Rendered plain(const std::string& path) {
    return sql::render(path, sql::Parameters{quoting});
}

TableName slot_name(std::int32_t id, int slot) {
    return {"dbsync", fmt::format("delta_{}_{}", id, slot)};
}

TableName function_name(std::int32_t id) {
    return {"dbsync", fmt::format("capture_{}", id)};
}

std::vector<std::string> column_names(const Table& table) {
    std::vector<std::string> names;
    for (const Column& column : table.columns) {
        names.push_back(column.name);
    }
    return names;
}

sql::Rendered statement_body(const Table& table, const KeyPacking& packing, sql::Parameters p,
                             const TableName& delta) {
    p.columns("row_old", table.key, "OLD.{}");
    if (packing.has_arrays()) {
        p.parts("new", {record_keys(delta, table.key, packing, "dbsync_new")})
            .parts("old", {record_keys(delta, table.key, packing, "dbsync_old")});
        return sql::render("triggers/postgres/capture_body_statement_arrays.sql", p);
    }
    p.columns("new", table.key, "dbsync_new.{}").columns("old", table.key, "dbsync_old.{}");
    return sql::render("triggers/postgres/capture_body_statement.sql", p);
}

sql::Rendered function_body(const Table& table, const KeyPacking& packing, int slot) {
    const bool by_row = table.capture == CaptureMethod::Row;
    sql::Parameters p{quoting};
    const TableName delta = slot_name(table.id, slot);
    p.ident("delta", delta).literal("id", std::int64_t{table.id});
    if (table.key_shape == KeyShape::WholeRow) {
        if (!by_row) {
            return sql::render("triggers/postgres/capture_body_statement_hash.sql", p);
        }
        p.ident("table", table.name)
            .columns("new", column_names(table), "NEW.{}")
            .columns("old", column_names(table), "OLD.{}");
        return sql::render("triggers/postgres/capture_body_row_hash.sql", p);
    }
    p.columns("delta", numbered_columns('k', table.key.size()));
    if (by_row) {
        p.columns("new", table.key, "NEW.{}").columns("old", table.key, "OLD.{}");
        return sql::render("triggers/postgres/capture_body_row.sql", p);
    }
    return statement_body(table, packing, p, delta);
}

std::vector<sql::Rendered> function_settings(const Table& table) {
    std::vector<sql::Rendered> clauses;
    if (table.key_shape == KeyShape::WholeRow) {
        for (const Setting& setting : text_settings) {
            clauses.push_back(sql::render("triggers/postgres/capture_setting.sql",
                                          sql::Parameters{quoting}
                                              .ident("name", setting.name)
                                              .literal("value", setting.value)));
        }
    }
    return clauses;
}

// A column for each key column, rendered from `asset` or, where there is a collation, from
// `asset`_collated.
void add_columns(std::vector<sql::Rendered>& columns,
                 const LiveTable& live,
                 char prefix,
                 const std::string& asset) {
    const auto names = numbered_columns(prefix, live.key_types.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
        const KeyType& key = live.key_types[i];
        sql::Parameters p{quoting};
        p.ident("column", names[i]).ident("type", key.type);
        if (key.collation.name.empty()) {
            columns.push_back(sql::render("schemas/postgres/" + asset + ".sql", p));
        } else {
            p.ident("collation", key.collation);
            columns.push_back(sql::render("schemas/postgres/" + asset + "_collated.sql", p));
        }
    }
}

std::vector<sql::Rendered> delta_columns(const LiveTable& live) {
    std::vector<sql::Rendered> columns;
    add_columns(columns, live, 'k', "source_delta_column");
    if (key_packing(live).has_arrays()) {
        add_columns(columns, live, 'a', "source_delta_array");
    }
    if (columns.empty()) {
        columns.push_back(plain("schemas/postgres/source_delta_row_hash.sql"));
    }
    return columns;
}

sql::Rendered catalogue_row(const LiveTable& live) {
    const Table& table = live.table;
    const KeyPacking packing = key_packing(live);
    sql::Parameters p{quoting};
    p.literal("id", std::int64_t{table.id})
        .literal("schema", table.name.schema)
        .literal("table", table.name.name)
        .literal("relation", qualified(table.name))
        .literal("key_shape", table.key_shape == KeyShape::Columns ? "columns" : "whole_row")
        .literal("capture", table.capture == CaptureMethod::Row ? "row" : "statement")
        .literal("key", array_text(table.key))
        .literal("has_other_unique", table.has_other_unique ? "true" : "false")
        .literal("rows_estimate", static_cast<std::int64_t>(table.rows_estimate))
        .literal("bytes_estimate", static_cast<std::int64_t>(table.bytes_estimate))
        .literal("keys_per_delta", packing.keys_max)
        .literal("key_widths_vary", packing.widths_vary ? "true" : "false")
        .parts("fingerprint", {plain("schemas/postgres/query_source_fingerprint.sql")});
    return sql::render("schemas/postgres/source_register.sql", p);
}

class TriggerList {
  public:
    explicit TriggerList(const LiveTable& live) : live_{live} {}

    void add(char suffix, const std::string& asset, const Member& on) {
        sql::Parameters p = parameters(suffix, on);
        p.ident("function", function_name(live_.table.id));
        if (suffix == 'k') {
            p.columns("old", live_.table.key, "OLD.{}").columns("new", live_.table.key, "NEW.{}");
        }
        push(suffix, on, false, sql::render("triggers/postgres/" + asset + ".sql", p));
    }
    void add_clone(char suffix, const Member& on) { push(suffix, on, true, {}); }

    std::vector<PlannedTrigger> take() { return std::move(list_); }

  private:
    std::string trigger_name(char suffix) const {
        return fmt::format("dbsync_{}_{}", live_.table.id, suffix);
    }
    sql::Parameters parameters(char suffix, const Member& on) const {
        sql::Parameters p{quoting};
        p.ident("trigger", trigger_name(suffix)).ident("table", on.name);
        return p;
    }
    void push(char suffix, const Member& on, bool cloned, sql::Rendered create) {
        list_.push_back(
            {trigger_name(suffix), on.name, on.oid, cloned, std::move(create),
             sql::render("triggers/postgres/capture_always.sql", parameters(suffix, on))});
    }

    const LiveTable& live_;
    std::vector<PlannedTrigger> list_;
};

}  // namespace

std::vector<sql::Rendered> common_objects(const std::string& job) {
    const std::string folder = "schemas/postgres/";
    return {plain(folder + "source_schema.sql"),
            plain(folder + "source_capture.sql"),
            sql::render(folder + "source_capture_row.sql",
                        sql::Parameters{quoting}
                            .literal("version", std::int64_t{format_version})
                            .literal("job", job)),
            plain(folder + "source_captured_table.sql"),
            plain(folder + "source_captured_relation.sql"),
            plain(folder + "source_captured_type.sql"),
            plain(folder + "source_whole_delta.sql"),
            plain(folder + "source_canary.sql"),
            plain(folder + "source_canary_row.sql")};
}

std::vector<sql::Rendered> own_objects(const CapturePlan& plan) {
    const Table& table = plan.live.table;
    const KeyPacking packing = key_packing(plan.live);
    const TableName delta = slot_name(table.id, 0);
    std::vector<sql::Rendered> objects{
        sql::render("schemas/postgres/source_delta.sql",
                    sql::Parameters{quoting}.ident("delta", delta).parts(
                        "key_columns", delta_columns(plan.live), ",\n    "))};
    if (packing.has_arrays()) {
        objects.push_back(sql::render(
            "schemas/postgres/source_delta_storage.sql",
            sql::Parameters{quoting}.ident("delta", delta).columns(
                "storage", numbered_columns('a', table.key.size()),
                "ALTER COLUMN {} SET STORAGE EXTERNAL")));
    }
    objects.push_back(capture_function(table, packing, 0));
    objects.push_back(catalogue_row(plan.live));
    const std::vector<sql::Rendered> notes = state_notes(table.id);
    objects.insert(objects.end(), notes.begin(), notes.end());
    return objects;
}

std::vector<sql::Rendered> state_notes(std::int32_t id) {
    const std::string folder = "schemas/postgres/";
    const auto note = [&](const char* asset, const char* part, const char* query) {
        return sql::render(folder + asset, sql::Parameters{quoting}
                                               .literal("id", std::int64_t{id})
                                               .parts(part, {plain(folder + query)}));
    };
    return {note("source_note_relations.sql", "versions", "query_source_column_versions.sql"),
            note("source_note_types.sql", "shapes", "query_source_type_shapes.sql")};
}

sql::Rendered label_note(std::int32_t id) {
    return sql::render("schemas/postgres/source_note_labels.sql",
                       sql::Parameters{quoting}
                           .literal("id", std::int64_t{id})
                           .parts("shapes",
                                  {plain("schemas/postgres/query_source_type_shapes.sql")}));
}

std::vector<PlannedTrigger> triggers(const CapturePlan& plan) {
    const Table& table = plan.live.table;
    const Member self{table.name, plan.live.oid};
    TriggerList list{plan.live};
    if (table.capture == CaptureMethod::Row) {
        list.add('r', "capture_row", self);
        for (const Member& member : plan.members) {
            list.add_clone('r', member);
        }
    } else {
        const bool keyed = table.key_shape == KeyShape::Columns;
        list.add('i', "capture_insert", self);
        list.add('u', keyed ? "capture_update" : "capture_update_hash", self);
        if (keyed) {
            list.add('k', "capture_key_change", self);
        }
        list.add('d', "capture_delete", self);
    }
    list.add('t', "capture_truncate", self);
    for (const Member& member : plan.members) {
        list.add('t', "capture_truncate", member);
    }
    return list.take();
}

sql::Rendered capture_function(const Table& table, const KeyPacking& packing, int slot) {
    return sql::render("triggers/postgres/capture_function.sql",
                       sql::Parameters{quoting}
                           .ident("function", function_name(table.id))
                           .parts("settings", function_settings(table), " ")
                           .literal("body", function_body(table, packing, slot).text));
}

std::string lock_statement(const LiveTable& live, const char* mode) {
    return fmt::format("LOCK TABLE {}{} IN {} MODE", live.partitioned ? "" : "ONLY ",
                       qualified(live.table.name), mode);
}

}  // namespace dbsync::postgres
