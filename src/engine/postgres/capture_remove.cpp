// SPDX-License-Identifier: MIT
#include "base/checkpoint.hpp"
#include "base/error.hpp"
#include "engine/postgres/capture.hpp"
#include "engine/postgres/capture_plan.hpp"
#include "engine/postgres/fence.hpp"
#include "engine/postgres/table_lock.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dbsync::postgres {

namespace {

struct LiveTrigger {
    TableName table;
    std::string name;
    bool enabled = false;
    bool partitioned = false;
    std::int64_t relation = 0;
};

class Remover {
  public:
    Remover(Connection& connection, const CaptureOptions& options, std::stop_token stop)
        : connection_{connection}, options_{options}, stop_{std::move(stop)} {}

    void remove(std::int32_t id, const TableName& name) {
        const std::vector<LiveTrigger> found = triggers_of(id);
        std::vector<std::int64_t> relations;
        for (const LiveTrigger& trigger : found) {
            relations.push_back(trigger.relation);
        }
        LockAttempts attempts{connection_, options_, stop_};
        attempts.repeat("remove capture from " + name.display(), relations, [&] {
            disable(found);
            drop(id, found);
        });
    }

    void remove_fence(const Table& table) {
        LockAttempts attempts{connection_, options_, stop_};
        attempts.repeat("remove the fence from " + table.name.display(), {},
                        [&] { drop_fence(connection_, table, lock_wait_max); });
    }

  private:
    std::vector<LiveTrigger> triggers_of(std::int32_t id) {
        const Result r =
            connection_.run(sql::render("schemas/postgres/query_source_triggers.sql",
                                        sql::Parameters{quoting}.literal(
                                            "function", fmt::format("dbsync.capture_{}()", id)))
                                .text,
                            {std::to_string(id)});
        std::vector<LiveTrigger> found;
        for (int row = 0; row < r.rows(); ++row) {
            found.push_back({{r.text(row, 0), r.text(row, 1)},
                             r.text(row, 2),
                             r.text(row, 3) != "D",
                             r.boolean(row, 4),
                             r.integer(row, 5)});
        }
        return found;
    }

    // Beside readers; from here on the application is rid of us, whatever becomes of the rest.
    void disable(const std::vector<LiveTrigger>& found) {
        std::string text;
        for (const LiveTrigger& trigger : found) {
            if (trigger.enabled) {
                text += of_trigger("drop_disable_trigger", trigger) + ";\n";
            }
        }
        in_transaction(text);
    }

    // Only now readers are in the way, too: ACCESS EXCLUSIVE.
    void drop(std::int32_t id, const std::vector<LiveTrigger>& found) {
        std::string text;
        for (const LiveTrigger& trigger : found) {
            text += of_trigger("drop_trigger", trigger) + ";\n";
        }
        text += sql::render("schemas/postgres/drop_function.sql",
                            sql::Parameters{quoting}.ident(
                                "function", TableName{"dbsync", fmt::format("capture_{}", id)}))
                    .text +
                ";\n";
        for (const TableName& slot : slots_of(id)) {
            text += sql::render("schemas/postgres/drop_delta.sql",
                                sql::Parameters{quoting}.ident("delta", slot))
                        .text +
                    ";\n";
        }
        text += sql::render("schemas/postgres/drop_catalogue_row.sql",
                            sql::Parameters{quoting}.literal("id", std::int64_t{id}))
                    .text;
        in_transaction(text);
    }

    std::vector<TableName> slots_of(std::int32_t id) {
        const Result r = connection_.run(
            fmt::format("SELECT slots FROM dbsync.captured_table WHERE id = {}", id));
        return slot_names(id, r.rows() == 0 ? 0 : static_cast<int>(r.integer(0, 0)));
    }

    static std::string of_trigger(const std::string& asset, const LiveTrigger& trigger) {
        return sql::render("schemas/postgres/" + asset + ".sql", sql::Parameters{quoting}
                                                                     .ident("trigger", trigger.name)
                                                                     .ident("table", trigger.table))
            .text;
    }

    // All of it within the time for which others may queue behind us, or nothing.
    void in_transaction(const std::string& text) {
        if (text.empty()) {
            return;
        }
        try {
            connection_.run("BEGIN READ WRITE");
            set_timeouts(connection_, lock_wait_max, lock_statement_max);
            connection_.run(text);
            connection_.commit();
        } catch (const Error&) {
            connection_.rollback();
            throw;
        }
    }

    Connection& connection_;
    const CaptureOptions& options_;
    std::stop_token stop_;
};

}  // namespace

void remove_capture(Connection& connection,
                    const CaptureOptions& options,
                    const std::stop_token& stop) {
    if (!has_capture(connection)) {
        return;
    }
    connection.run("UPDATE dbsync.capture SET installed_at = NULL");
    Remover remover{connection, options, stop};
    bool announced = false;
    for (const Table& table : captured_tables(connection)) {
        remover.remove_fence(table);
        remover.remove(table.id, table.name);
        if (!announced) {
            checkpoint("stop.mid_remove");
            announced = true;
        }
    }
    remover.remove(0, {"dbsync", "canary"});
    connection.run(sql::render("schemas/postgres/drop_common.sql", sql::Parameters{quoting}));
    connection.run(sql::render("schemas/postgres/drop_schema.sql", sql::Parameters{quoting}));
}

}  // namespace dbsync::postgres
