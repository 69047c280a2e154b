// SPDX-License-Identifier: MIT
// A database whose tables are all captured, by the product itself.
#pragma once

#include "engine/postgres/capture.hpp"
#include "engine/postgres/catalog.hpp"
#include "engine/postgres/connection.hpp"
#include "engine/source.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace dbsync::test {

inline std::vector<Table> capture_all(const std::string& url) {
    postgres::Connection connection{Endpoint{EngineKind::Postgres, url, ""}, {}};
    std::vector<Table> tables;
    for (const postgres::LiveTable& live : postgres::live_tables(connection)) {
        tables.push_back(live.table);
    }
    CaptureOptions options;
    options.job = "test";
    return postgres::install_capture(connection, tables, options, std::stop_token{}).tables;
}

}  // namespace dbsync::test
