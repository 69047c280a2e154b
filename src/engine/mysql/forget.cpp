// SPDX-License-Identifier: MIT
// Which DELETE waits for whom, with other transactions' uncommitted inserts all around (seen on
// MariaDB 10.11 and 11.8 and MySQL 9.7, at READ COMMITTED): a range alone looks at the row behind
// its end, an IN list may scan, and so may a range with ORDER BY and LIMIT (MariaDB 11.8, where it
// is a large part of the table). A join from a list of ids by the primary key, which has to be
// forced, touches nothing but the rows that it deletes, on every one of them.
#include "engine/mysql/forget.hpp"

#include "base/error.hpp"
#include "engine/mysql/capture_catalog.hpp"
#include "engine/mysql/delta_tables.hpp"
#include "engine/mysql/errors.hpp"
#include "engine/mysql/key_table.hpp"
#include "engine/mysql/quoting.hpp"
#include "sql/statement_template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <span>
#include <string>

namespace dbsync::mysql {

namespace {

constexpr const char* ids_name = "_dbsync_ids";
constexpr const char* numbers_name = "_dbsync_numbers";
// From here on a run of ids is made by the server, out of the numbers 0, 1, 2 …; shorter ones are
// gathered in a list.
constexpr std::uint64_t long_run = 200;
constexpr int row_lock_wait_s = 1;  // the least that both servers know
constexpr std::uint64_t backlog_counted_max = 100'000;

// The session as it has to be for the deletes. At REPEATABLE READ they would lock the gaps between
// ids, in which writers insert.
class ForgetSession {
  public:
    explicit ForgetSession(Connection& connection)
        : connection_{connection},
          lock_wait_{connection.run("SELECT @@SESSION.innodb_lock_wait_timeout").text(0, 0)} {
        connection.run("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
        connection.run(
            fmt::format("SET SESSION innodb_lock_wait_timeout = {}", row_lock_wait_s));
    }
    ~ForgetSession() {
        try {
            if (connection_.usable()) {
                connection_.run("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ");
                connection_.run("SET SESSION innodb_lock_wait_timeout = " + lock_wait_);
            }
        } catch (const Error&) {
            connection_.rollback();  // the session is lost, and is seen to be
        }
    }
    ForgetSession(const ForgetSession&) = delete;
    ForgetSession& operator=(const ForgetSession&) = delete;

  private:
    Connection& connection_;
    std::string lock_wait_;
};

// The numbers 0, 1, 2 … in a temporary table, made when they are first asked for.
class Numbers {
  public:
    explicit Numbers(Connection& connection) : table_{connection, numbers_name} {}

    const std::string& table(const IdSet& ids) {
        std::uint64_t longest = 0;
        for (const IdRun& run : ids.runs()) {
            longest = std::max(longest, run.count);
        }
        if (const auto wanted = std::min<std::uint64_t>(longest, forget_portion); wanted > count_) {
            std::vector<std::uint64_t> numbers(wanted);
            std::iota(numbers.begin(), numbers.end(), 0U);
            table_.fill(numbers);
            count_ = wanted;
        }
        return table_.name();
    }

  private:
    KeyTable table_;
    std::uint64_t count_ = 0;
};

class Forgetting {
  public:
    Forgetting(Connection& connection, Numbers& numbers, std::int32_t object)
        : connection_{connection}, numbers_{numbers}, table_{object_table(object)} {}

    void run(const IdSet& ids) {
        for (const IdRun& each : ids.runs()) {
            if (each.count >= long_run) {
                delete_run(each, numbers_.table(ids));
            } else {
                gather(each);
            }
        }
        delete_gathered();
    }

  private:
    void delete_run(IdRun run, const std::string& numbers) {
        while (run.count > 0) {
            const std::uint64_t count = std::min<std::uint64_t>(run.count, forget_portion);
            sql::Parameters values{quoting};
            values.ident("delta", table_)
                .ident("numbers", numbers)
                .literal("first", static_cast<std::int64_t>(run.first))
                .literal("step", static_cast<std::int64_t>(run.step))
                .literal("count", static_cast<std::int64_t>(count));
            connection_.run(sql::render("schemas/mysql/forget_run.sql", values));
            run.first += count * run.step;
            run.count -= count;
        }
    }

    void gather(const IdRun& run) {
        for (std::uint64_t i = 0; i < run.count; ++i) {
            gathered_.push_back(run.first + i * run.step);
            if (gathered_.size() == forget_portion) {
                delete_gathered();
            }
        }
    }

    void delete_gathered() {
        if (gathered_.empty()) {
            return;
        }
        KeyTable ids{connection_, ids_name};
        ids.fill(gathered_);
        gathered_.clear();
        sql::Parameters values{quoting};
        values.ident("delta", table_).ident("ids", ids.name());
        connection_.run(sql::render("schemas/mysql/forget_ids.sql", values));
    }

    Connection& connection_;
    Numbers& numbers_;
    std::string table_;
    std::vector<std::uint64_t> gathered_;
};

// Whether somebody was in the way (a lock that cannot be had now), or the table is gone together
// with the capture.
bool may_stay(const Error& error) {
    const unsigned code = native_code(error);
    return code == code_lock_wait_timeout || code == code_deadlock || code == code_no_table;
}

// Captured tables and cascades by the table whose rows they concern, without the columns of all of
// them: this is asked every second.
std::map<std::int32_t, std::int32_t> objects_of_capture(Connection& connection) {
    std::map<std::int32_t, std::int32_t> objects;
    try {
        const Result rows = connection.run(
            sql::render("schemas/mysql/query_source_objects.sql", sql::Parameters{quoting}));
        for (std::size_t row = 0; row < rows.rows(); ++row) {
            objects[static_cast<std::int32_t>(rows.integer(row, 0))] =
                static_cast<std::int32_t>(rows.integer(row, 1));
        }
    } catch (const Error& error) {
        if (native_code(error) != code_no_table) {
            throw;
        }
    }
    return objects;
}

}  // namespace

void forget(Connection& connection, const Batch& batch) {
    const DeltaCursor to = DeltaCursor::parse(batch.to);
    if (to.objects.empty()) {
        return;
    }
    const ForgetSession session{connection};
    Numbers numbers{connection};
    for (const auto& [object, ids] : to.objects) {
        try {
            Forgetting{connection, numbers, object}.run(ids);
        } catch (const Error& error) {
            if (!may_stay(error)) {
                throw;
            }
        }
    }
}

std::vector<BacklogTable> backlog(Connection& connection, const Cursor& from) {
    const std::map<std::int32_t, std::int32_t> objects = objects_of_capture(connection);
    std::vector<std::int32_t> all;
    for (const auto& [object, table_id] : objects) {
        all.push_back(object);
    }
    DeltaCursor applied = DeltaCursor::parse(from);
    applied.keep_ids_since(read_boot(connection));
    std::map<std::int32_t, std::uint64_t> pending;
    for (const ObjectExtent& extent : read_extents(connection, all)) {
        pending[objects.at(extent.object)] +=
            count_pending(connection, extent, applied.ids(extent.object), backlog_counted_max);
    }
    std::vector<BacklogTable> tables;
    for (const auto& [table_id, deltas] : pending) {
        if (deltas > 0) {
            tables.push_back({.table_id = table_id, .deltas = deltas});
        }
    }
    return tables;
}

}  // namespace dbsync::mysql
