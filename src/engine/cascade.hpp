// SPDX-License-Identifier: MIT
// Foreign keys whose ON DELETE or ON UPDATE the server carries out without telling any trigger
// (MySQL, MariaDB). The parent's trigger records the referenced value that changed or went; which
// child rows that touched is found out when the record is consumed: those that refer to the value
// on the target (they did before) and those that do on the source (they do now). Where a child is
// a parent itself, the search goes on from its own values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dbsync {

struct Cascade {
    std::int32_t id = 0;  // number in the source's capture catalogue
    std::int32_t child_id = 0;   // table ids
    std::int32_t parent_id = 0;
    std::vector<std::string> child_columns = {};   // the foreign key
    std::vector<std::string> parent_columns = {};  // what it refers to, in the same order
};

// A referenced value that was changed or removed; the text is the engine's own, as a key's is.
struct CascadeMark {
    std::int32_t cascade_id = 0;
    std::string value;

    bool operator==(const CascadeMark&) const = default;
};

// What a look for children finds.
struct CascadeChildren {
    std::vector<std::string> keys = {};  // of child rows
    // Values of those rows to which further cascades refer.
    std::vector<CascadeMark> marks = {};
};

// Most values that one look may ask for.
inline constexpr std::size_t cascade_values_max = 1'000;

}  // namespace dbsync
