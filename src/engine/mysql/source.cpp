// SPDX-License-Identifier: MIT
#include "engine/mysql/source.hpp"

#include "engine/mysql/capture.hpp"
#include "engine/mysql/capture_catalog.hpp"
#include "engine/mysql/catalog.hpp"
#include "engine/mysql/claim.hpp"
#include "engine/mysql/describe_schema.hpp"
#include "engine/mysql/forget.hpp"
#include "engine/mysql/freeze.hpp"
#include "engine/mysql/identity.hpp"
#include "engine/mysql/inspect.hpp"
#include "engine/mysql/reader.hpp"
#include "engine/mysql/schema_export.hpp"

#include <map>
#include <utility>

namespace dbsync::mysql {

namespace {

// The server's own estimates, which cost one query.
void estimate_sizes(Connection& connection, std::vector<Table>& tables) {
    const Result rows = connection.run(
        "SELECT table_name, table_rows, data_length + "
        "index_length FROM information_schema.tables"
        " WHERE table_schema = DATABASE()");
    std::map<std::string, std::size_t> at;
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        at[rows.text(row, 0)] = row;
    }
    for (Table& table : tables) {
        if (const auto found = at.find(table.name.name); found != at.end()) {
            table.rows_estimate = rows.unsigned_integer(found->second, 1);
            table.bytes_estimate = rows.unsigned_integer(found->second, 2);
        }
    }
}

class MysqlSource : public Source {
  public:
    explicit MysqlSource(Endpoint endpoint) : endpoint_{std::move(endpoint)} {}

    std::string identity() override { return server_identity(session()); }

    std::string describe() override { return session().server().text; }

    std::unique_ptr<JobClaim> claim(const std::string& job) override {
        return make_claim(endpoint_, Role::Source, job);
    }

    Inspection inspect(const TableFilter& filter) override {
        return inspect_source(session(), filter);
    }

    std::vector<std::string> capture_statements(std::span<const Table> tables) override {
        return mysql::capture_statements(session(), tables);
    }

    CaptureResult install_capture(std::span<const Table> tables,
                                  const CaptureOptions& options,
                                  const std::stop_token& stop) override {
        return mysql::install_capture(session(), tables, options, stop);
    }

    void prove_capture() override { mysql::prove_capture(session()); }

    CaptureState capture_state() override {
        const std::optional<CaptureRow> capture = read_capture(session());
        return capture ? CaptureState{.installed = capture->installed,
                                      .fenced = capture->fenced,
                                      .job = capture->job,
                                      .epoch = capture->epoch}
                       : CaptureState{};
    }

    std::vector<TableName> referrers(const TableName& table) override {
        return mysql::referrers(session(), table);
    }
    std::vector<Table> captured_tables() override {
        std::vector<Table> tables = read_captured(session());
        if (!tables.empty()) {
            estimate_sizes(session(), tables);
        }
        return tables;
    }

    std::vector<Cascade> cascades() override { return read_cascades(session()); }

    void audit() override { audit_capture(session(), {}); }

    std::unique_ptr<SourceReader> open_reader() override { return make_reader(endpoint_); }

    std::vector<BacklogTable> backlog(const Cursor& from) override {
        return mysql::backlog(session(), from);
    }

    std::int64_t clock_us() override {
        return session()
            .run("SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6))")
            .integer(0, 0);
    }

    void forget(const Batch& batch) override { mysql::forget(session(), batch); }

    std::vector<SchemaItem> export_schema(std::span<const Table> tables) override {
        return mysql::export_schema(session(), tables);
    }

    SchemaModel describe_schema(std::span<const Table> tables) override {
        return mysql::describe_schema(session(), tables);
    }

    std::unique_ptr<Freeze> open_freeze(std::span<const Table> tables) override {
        return make_freeze(endpoint_, tables);
    }

    bool fence_holds() override {
        const std::vector<Table> tables = read_captured(session());
        return !tables.empty() && mysql::fence_holds(session(), tables);
    }

    void remove_capture(const CaptureOptions& options, const std::stop_token& stop) override {
        mysql::remove_capture(session(), options, stop);
    }

  private:
    // A lost session is replaced; one left inside a transaction by an error is
    // cleaned.
    Connection& session() {
        if (session_ && session_->usable()) {
            session_->rollback();
        }
        if (!session_ || !session_->usable()) {
            session_ =
                std::make_unique<Connection>(endpoint_, SessionOptions{.role = Role::Source});
        }
        return *session_;
    }

    Endpoint endpoint_;
    std::unique_ptr<Connection> session_;
};

}  // namespace

std::unique_ptr<Source> make_source(const Endpoint& endpoint) {
    return std::make_unique<MysqlSource>(endpoint);
}

}  // namespace dbsync::mysql
