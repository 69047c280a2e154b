// SPDX-License-Identifier: MIT
// One run of install_capture(): takes stock of what is there, mends, adds, and records.
#pragma once

#include "engine/mysql/capture_plan.hpp"
#include "engine/mysql/fingerprint.hpp"
#include "engine/mysql/metadata_lock.hpp"
#include "engine/source.hpp"

#include <map>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace dbsync::mysql {

class Installer {
  public:
    Installer(Connection& connection, const CaptureOptions& options, const std::stop_token& stop);

    // The canary's triggers.
    void attach_canary();
    // Looks at everything; changes nothing.
    void take_stock(std::span<const Table> tables);
    // Notes what has to be mended of the tables captured before. Throws Error{SchemaChanged}.
    void mend();
    // Enters the tables that are not captured yet into the catalogue.
    void enter();
    // Delta tables and triggers of all tables that are not complete.
    void attach();
    // Mark tables and triggers of all cascades between captured tables.
    void attach_cascades();
    // Records what now stands there; from here on the tables are captured.
    void record();

    [[nodiscard]] std::size_t already_captured() const noexcept { return already_captured_; }

    // The statements that all this would come to for tables that are not captured yet.
    [[nodiscard]] static std::vector<sql::Rendered> planned(Connection& connection,
                                                            std::span<const Table> tables);

  private:
    void mend_table(CapturedRecord& captured);
    void mend_children();
    void set_state(CapturedRecord& captured, TableState state);
    void enter_table(const std::string& name);
    void take_away(const CapturedRecord& begun);
    void ensure_triggers(const std::vector<PlannedTrigger>& triggers);
    [[nodiscard]] bool stands(const PlannedTrigger& trigger) const;
    void enter_cascade(NamedCascade& named);
    void record_table(const CapturedRecord& captured, const LiveState& live);
    void require_unchanged(const std::string& name);
    [[nodiscard]] std::map<std::string, TableShape> catalogued_shapes() const;

    Connection& connection_;
    std::stop_token stop_;
    DdlAttempts ddl_;
    std::vector<std::string> wanted_;
    std::map<std::string, std::string> definitions_;  // by table, read before its shape
    std::map<std::string, TableShape> shapes_;
    std::map<std::string, CapturedRecord> records_;
    LiveState live_;
    std::size_t already_captured_ = 0;
};

// Puts the session into the mode that triggers are made in, and back.
class TriggerMode {
  public:
    explicit TriggerMode(Connection& connection);
    ~TriggerMode();
    TriggerMode(const TriggerMode&) = delete;
    TriggerMode& operator=(const TriggerMode&) = delete;

  private:
    Connection& connection_;
    std::string before_;
};

// The captured canary, as table 0.
[[nodiscard]] TableShape canary_shape();

// Throws Error{Precondition} if there are none.
void require_some(std::span<const Table> tables);
// Throws Error{Unsupported} if a parent of a cascading foreign key would not be captured.
void require_parents(const std::map<std::string, TableShape>& shapes, const std::string& database);
// Throws Error{Precondition} or {Unsupported} if the table is not there or not fit.
[[nodiscard]] const TableShape& fit_shape(const std::map<std::string, TableShape>& shapes,
                                          const std::string& name);

}  // namespace dbsync::mysql
