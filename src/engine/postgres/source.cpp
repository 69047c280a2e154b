// SPDX-License-Identifier: MIT
#include "engine/postgres/source.hpp"

#include "base/error.hpp"
#include "engine/postgres/capture.hpp"
#include "engine/postgres/capture_audit.hpp"
#include "engine/postgres/catalog.hpp"
#include "engine/postgres/claim.hpp"
#include "engine/postgres/delta_rotation.hpp"
#include "engine/postgres/delta_slots.hpp"
#include "engine/postgres/describe_schema.hpp"
#include "engine/postgres/fence.hpp"
#include "engine/postgres/freeze.hpp"
#include "engine/postgres/inspect.hpp"
#include "engine/postgres/reader.hpp"
#include "engine/postgres/schema_dump.hpp"

#include <fmt/format.h>

#include <utility>

namespace dbsync::postgres {

namespace {

// Deltas of one slot beyond which backlog() stops counting: about 60 ms of index reading.
constexpr std::uint64_t backlog_counted_max = 1'000'000;

class PostgresSource : public Source {
  public:
    explicit PostgresSource(Endpoint endpoint) : endpoint_{std::move(endpoint)} {}

    std::string identity() override {
        const Result r = session().run(
            "SELECT s.system_identifier, CASE WHEN pg_is_in_recovery()"
            " THEN (SELECT c.timeline_id FROM pg_control_checkpoint() c)"
            " ELSE ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer END,"
            " (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())"
            " FROM pg_control_system() s");
        return fmt::format("postgresql {} timeline {} database {}", r.text(0, 0), r.text(0, 1),
                           r.text(0, 2));
    }

    std::string describe() override {
        const int version = session().server_version();
        return fmt::format("PostgreSQL {}.{}", version / 10'000, version % 10'000);
    }

    std::unique_ptr<JobClaim> claim(const std::string& job) override {
        return make_claim(endpoint_, Role::Source, job);
    }

    Inspection inspect(const TableFilter& filter) override {
        return inspect_source(session(), filter);
    }

    std::vector<std::string> capture_statements(std::span<const Table> tables) override {
        return postgres::capture_statements(session(), tables);
    }

    CaptureResult install_capture(std::span<const Table> tables,
                                  const CaptureOptions& options,
                                  const std::stop_token& stop) override {
        rotation_ = DeltaRotation{};
        return postgres::install_capture(session(), tables, options, stop);
    }

    void prove_capture() override { postgres::prove_capture(session()); }

    CaptureState capture_state() override {
        if (!has_capture(session())) {
            return {};
        }
        const Result r = session().run(
            "SELECT installed_at IS NOT NULL, fenced_at IS NOT NULL, job, epoch"
            " FROM dbsync.capture");
        if (r.rows() == 0) {
            return {};
        }
        return {r.boolean(0, 0), r.boolean(0, 1), r.text(0, 2), r.text(0, 3)};
    }

    std::vector<Table> captured_tables() override { return postgres::captured_tables(session()); }
    std::vector<TableName> referrers(const TableName& table) override {
        return postgres::referrers(session(), table);
    }

    void audit() override {
        if (has_capture(session())) {
            postgres::audit(session(), {});
        }
    }

    std::unique_ptr<SourceReader> open_reader() override { return make_reader(endpoint_); }

    std::vector<BacklogTable> backlog(const Cursor& from) override {
        const std::vector<Table> tables = captured_tables();
        std::vector<BacklogTable> backlog;
        if (tables.empty()) {
            return backlog;
        }
        DeltaSlots slots;
        slots.load(session(), tables);
        slots.look_for_filled(session());
        const TxidSnapshot now =
            TxidSnapshot::parse(session().run("SELECT txid_current_snapshot()").text(0, 0));
        for (const auto& [id, pending] :
             slots.count(session(), TxidSnapshot::of(from), now, backlog_counted_max)) {
            backlog.push_back({id, pending.deltas});
        }
        return backlog;
    }

    std::int64_t clock_us() override {
        return session()
            .run("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")
            .integer(0, 0);
    }

    void forget(const Batch& batch) override {
        std::vector<std::int32_t> ids;
        for (const BatchTable& table : batch.tables) {
            ids.push_back(table.table_id);
        }
        rotation_.forget(session(), batch.to, ids);
    }

    std::vector<SchemaItem> export_schema(std::span<const Table> tables) override {
        return postgres::export_schema(endpoint_, session(), tables);
    }

    SchemaModel describe_schema(std::span<const Table> tables) override {
        return postgres::describe_schema(session(), tables);
    }

    std::unique_ptr<Freeze> open_freeze(std::span<const Table> tables) override {
        return make_freeze(endpoint_, tables);
    }

    bool fence_holds() override {
        const std::vector<Table> tables = captured_tables();
        return !tables.empty() && postgres::fence_holds(session(), tables);
    }

    void remove_capture(const CaptureOptions& options, const std::stop_token& stop) override {
        postgres::remove_capture(session(), options, stop);
        rotation_ = DeltaRotation{};
    }

  private:
    // A lost session is replaced; one left inside a transaction by an error is cleaned.
    Connection& session() {
        if (!session_ || !session_->usable()) {
            session_ = std::make_unique<Connection>(
                endpoint_, SessionOptions{.role = Role::Source, .purpose = "source"});
        }
        if (session_->in_transaction()) {
            session_->rollback();
        }
        return *session_;
    }

    Endpoint endpoint_;
    std::unique_ptr<Connection> session_;
    DeltaRotation rotation_;
};

}  // namespace

std::unique_ptr<Source> make_source(const Endpoint& endpoint) {
    return std::make_unique<PostgresSource>(endpoint);
}

}  // namespace dbsync::postgres
