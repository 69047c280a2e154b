// SPDX-License-Identifier: MIT
// The parts of inspect_source() that look at tables, and at what a database holds besides.
#pragma once

#include "engine/mysql/catalog.hpp"
#include "engine/mysql/connection.hpp"
#include "engine/source.hpp"

#include <span>
#include <string>
#include <vector>

namespace dbsync::mysql {

using Findings = std::vector<Finding>;

inline void say(Findings& findings,
                Severity severity,
                std::string subject,
                std::string message,
                std::string hint = {}) {
    findings.push_back({severity, std::move(subject), std::move(message), std::move(hint)});
}

// Fills in `inspection.tables`, too.
void look_at_tables(Connection& connection, const TableFilter& filter, Inspection& inspection);

// Views, routines, triggers, events, sequences, accounts.
void look_at_objects(Connection& connection,
                     const TableFilter& filter,
                     std::span<const Table> tables,
                     Findings& findings);

}  // namespace dbsync::mysql
