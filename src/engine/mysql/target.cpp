// SPDX-License-Identifier: MIT
#include "engine/mysql/target.hpp"

#include "base/error.hpp"
#include "engine/mysql/claim.hpp"
#include "engine/mysql/connection.hpp"
#include "engine/mysql/identity.hpp"
#include "engine/mysql/quoting.hpp"
#include "engine/mysql/target_checks.hpp"
#include "engine/mysql/target_counters.hpp"
#include "engine/mysql/target_job.hpp"
#include "engine/mysql/target_quarantine.hpp"
#include "engine/mysql/target_schema.hpp"
#include "engine/mysql/target_session.hpp"
#include "engine/mysql/target_table.hpp"
#include "engine/mysql/try_schema.hpp"

#include <fmt/format.h>

#include <utility>

namespace dbsync::mysql {

namespace {

// Longest wait for a table: its indexes are built at the same time, each ALTER TABLE behind the
// other. Rows are dbsync's own.
constexpr std::chrono::hours schema_lock_wait{6};
constexpr std::chrono::seconds row_lock_wait{60};
// Longest silence while one statement works, such as the making of an index.
constexpr std::chrono::hours schema_io_timeout{24};

class MysqlTarget : public Target {
  public:
    explicit MysqlTarget(Endpoint endpoint) : endpoint_{std::move(endpoint)} {}

    std::string identity() override { return server_identity(connection()); }
    std::string describe() override { return connection().server().text; }
    std::unique_ptr<JobClaim> claim(const std::string& job) override {
        return make_claim(endpoint_, Role::Target, job);
    }
    std::vector<Finding> inspect(std::span<const Table> tables, const std::string& job) override {
        return findings(tables, job, SchemaOf::ThisEngine);
    }
    std::vector<Finding> inspect_for_another_engine(std::span<const Table> tables,
                                                    const std::string& job) override {
        return findings(tables, job, SchemaOf::AnotherEngine);
    }
    void prepare(const std::string& job, const std::string& source_identity) override {
        add_job(connection(), job, source_identity);
    }
    std::optional<TargetJob> job(const std::string& job) override {
        return read_job(connection(), job);
    }
    void set_rows_copied(const std::string& job) override {
        update_job(connection(), job, "`rows_copied` = 1");
    }
    void set_indexes_built(const std::string& job) override {
        update_job(connection(), job, "`indexes_built` = 1");
    }
    void reopen_snapshot(const std::string& job) override {
        update_job(connection(), job, "`rows_copied` = 0, `indexes_built` = 0, `verified` = 0");
    }
    void begin_verification(const std::string& job, std::span<const Table> /*tables*/) override {
        begin_noting(connection(), job);
    }
    void end_verification(const std::string& job, bool identical) override {
        update_job(connection(), job, identical ? "`verified` = 1" : "`verified` = 0");
    }
    std::vector<std::int32_t> unverified_tables(const std::string& job) override {
        return read_unverified_tables(connection(), job);
    }
    void clear_unverified_table(const std::string& job, std::int32_t table_id) override;
    void adopt(const std::string& job, std::span<const Table> tables) override;
    void run_schema(const std::string& job, std::span<const SchemaItem> items) override {
        mysql::run_schema(connection(), job, items);
    }
    std::vector<SchemaRefusal> try_schema(std::span<const SchemaItem> items) override {
        return mysql::try_schema(connection(), items);
    }
    void analyze(const Table& table) override {
        connection().run("ANALYZE TABLE " + quote_ident(table.name.name));
    }
    std::vector<ChunkRecord> chunks(const std::string& job) override {
        return read_chunks(connection(), job);
    }
    std::vector<TableName> referrers(const TableName& table) override {
        return mysql::referrers(connection(), table);
    }
    std::optional<Table> find_table(const TableName& name) override {
        return mysql::find_table(connection(), name.name);
    }
    std::vector<std::string> misfits(const TableName& name, std::span<const std::string> columns,
                                     std::span<const std::string> texts) override {
        return mysql::misfits(connection(), name.name, columns, texts);
    }
    std::vector<std::pair<std::int32_t, std::uint64_t>> quarantined(
        const std::string& job) override {
        return count_put_aside(connection(), job);
    }
    std::unique_ptr<TargetSession> open_session(const std::string& job) override {
        return make_target_session(endpoint_, job);
    }
    void wake(const std::string& job,
              std::span<const SequenceState> sequences,
              std::span<const SchemaItem> asleep) override;
    std::uint64_t remove(const std::string& job) override {
        remove_job(connection(), job);
        return count_left(connection());
    }

  private:
    Connection& connection();
    std::vector<Finding> findings(std::span<const Table> tables,
                                  const std::string& job,
                                  SchemaOf schema);

    Endpoint endpoint_;
    std::unique_ptr<Connection> connection_;
};

Connection& MysqlTarget::connection() {
    if (!connection_ || !connection_->usable()) {
        connection_ =
            std::make_unique<Connection>(endpoint_, SessionOptions{.role = Role::Target,
                                                                   .io_timeout = schema_io_timeout,
                                                                   .lock_wait = schema_lock_wait});
        connection_->run(
            fmt::format("SET SESSION innodb_lock_wait_timeout = {}", row_lock_wait.count()));
    }
    return *connection_;
}

std::vector<Finding> MysqlTarget::findings(std::span<const Table> tables,
                                           const std::string& job,
                                           SchemaOf schema) {
    try {
        return inspect_target(connection(), tables, job, schema);
    } catch (const Error& error) {
        return {{Severity::Fail, "target", error.what(), error.fields().hint}};
    }
}

void MysqlTarget::clear_unverified_table(const std::string& job, std::int32_t table_id) {
    connection().run(fmt::format(
        "DELETE FROM `_dbsync_target_unverified_table` WHERE `job` = {} AND `table_id` = {}",
        quote_literal(job), table_id));
}

void MysqlTarget::adopt(const std::string& job, std::span<const Table> tables) {
    drop_what_came_along(connection());
    require_restored(connection(), tables);
    save_and_drop_triggers(connection(), job, tables);
}

// Each ALTER TABLE and CREATE TRIGGER commits by itself. Each may be repeated, and the job counts
// as woken only after the last.
void MysqlTarget::wake(const std::string& job,
                       std::span<const SequenceState> sequences,
                       std::span<const SchemaItem> asleep) {
    const std::optional<TargetJob> known = read_job(connection(), job);
    if (known && known->woken) {
        return;
    }
    set_counters(connection(), sequences, !known || !is_server_identity(known->source_identity));
    run_asleep(connection(), job, asleep);
    update_job(connection(), job, "`woken` = 1");
}

}  // namespace

std::unique_ptr<Target> make_target(const Endpoint& endpoint) {
    return std::make_unique<MysqlTarget>(endpoint);
}

}  // namespace dbsync::mysql
