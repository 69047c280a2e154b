// SPDX-License-Identifier: MIT
// One run of install_capture(): takes stock of what is there, mends, adds, and records.
#pragma once

#include "engine/mysql/capture_plan.hpp"
#include "engine/mysql/capture_record.hpp"
#include "engine/mysql/fingerprint.hpp"
#include "engine/mysql/trigger_maker.hpp"
#include "engine/source.hpp"

#include <map>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace dbsync::mysql {

class Installer {
  public:
    Installer(Connection& connection, const CaptureOptions& options, const std::stop_token& stop);

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
    // Waits for prepared transactions that may have written before the triggers stood.
    void outlast_prepared();
    // Records what now stands there; from here on the tables are captured.
    void record();

    [[nodiscard]] std::size_t already_captured() const noexcept { return already_captured_; }

  private:
    void mend_table(CapturedRecord& captured);
    void mend_children();
    void set_state(CapturedRecord& captured, TableState state);
    void enter_new(const std::string& name);
    void take_away(const CapturedRecord& begun);
    void attach_cascade(NamedCascade& named);
    void require_unchanged(const std::string& name, const LiveState& live);
    [[nodiscard]] bool is_open(const CapturedRecord& captured) const;
    [[nodiscard]] CapturedRecord& by_id(std::int32_t table_id);
    [[nodiscard]] std::map<std::string, TableShape> catalogued_shapes() const;

    Connection& connection_;
    const CaptureOptions& options_;
    std::stop_token stop_;
    std::vector<std::string> wanted_;  // in order
    // By table, read before the shapes: what is altered in between is noticed at the end.
    std::map<std::string, std::string> definitions_;
    std::map<std::string, TableShape> shapes_;
    std::map<std::string, CapturedRecord> records_;
    LiveState live_;
    std::optional<TriggerMaker> triggers_;
    std::size_t already_captured_ = 0;
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
