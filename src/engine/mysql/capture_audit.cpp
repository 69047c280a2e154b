// SPDX-License-Identifier: MIT
// audit_capture(): whether the captured tables and their triggers are what they were.
#include "engine/mysql/capture_catalog.hpp"
#include "engine/mysql/fingerprint.hpp"
#include "engine/mysql/table_change.hpp"

#include <algorithm>

namespace dbsync::mysql {

void audit_capture(Connection& connection, std::span<const Table> only) {
    const std::vector<CapturedRecord> records = read_records(connection);
    if (records.empty()) {
        return;
    }
    const LiveState live = read_live(connection);
    for (const CapturedRecord& record : records) {
        const bool wanted =
            only.empty() || std::any_of(only.begin(), only.end(), [&](const Table& table) {
                return table.id == record.table.id;
            });
        if (!wanted || record.state == TableState::Installing) {
            continue;
        }
        if (const std::optional<TableChange> change = find_change(connection, record, live)) {
            throw_change(record.table, *change);
        }
    }
}

}  // namespace dbsync::mysql
