// SPDX-License-Identifier: MIT
// The table of contents of a pg_dump archive, entry by entry with its SQL, as pg_restore shows it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dbsync::postgres {

struct TocEntry {
    int id = 0;
    std::uint32_t catalog = 0;  // object id of the system catalogue; 0 for comments and the like
    std::uint32_t object = 0;
    bool post_data = false;
    std::string type;       // "TABLE", "FK CONSTRAINT"
    std::string label;      // "FK CONSTRAINT public orders orders_customer_fkey"
    std::string sql;        // without the statements that set the owner
    std::string owner_sql;  // these
    std::vector<int> dependencies;
};

// `pre_list` and `post_list`: pg_restore -l --section=pre-data (post-data).
// `script` and `owner_script`: pg_restore --verbose -f -, the first with --no-owner.
// Entries in the archive's order; those without SQL are left out.
[[nodiscard]] std::vector<TocEntry> read_toc(std::string_view pre_list,
                                             std::string_view post_list,
                                             std::string_view script,
                                             std::string_view owner_script);

}  // namespace dbsync::postgres
