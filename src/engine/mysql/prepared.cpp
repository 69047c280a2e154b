// SPDX-License-Identifier: MIT
#include "engine/mysql/prepared.hpp"

#include "base/error.hpp"
#include "engine/mysql/connection.hpp"

namespace dbsync::mysql {

std::optional<std::set<std::string>> prepared_transactions(Connection& connection) {
    try {
        const Result rows = connection.run("XA RECOVER");
        std::set<std::string> ids;
        for (std::size_t row = 0; row < rows.rows(); ++row) {
            ids.insert(rows.text(row, 0) + "/" + rows.text(row, 1) + "/" + rows.text(row, 2) + "/" +
                       rows.text(row, 3));
        }
        return ids;
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::Connection) {
            throw;
        }
        return std::nullopt;
    }
}

}  // namespace dbsync::mysql
