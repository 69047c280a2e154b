// SPDX-License-Identifier: MIT
// Views in an order in which each finds what it reads. Taken from their texts: MariaDB keeps no
// table of what a view uses.
#pragma once

#include "engine/mysql/schema_text.hpp"

#include <set>
#include <string>
#include <vector>

namespace dbsync::mysql {

struct View {
    SchemaText text;
};

struct LeftOutView {
    std::string name;
    std::string because;  // the table or view that will not be there
};

struct ViewOrder {
    std::vector<View> views;
    std::vector<LeftOutView> left_out;
};

// Names behind FROM and JOIN in what SHOW CREATE VIEW prints, those of other databases left out.
[[nodiscard]] std::set<std::string> tables_of(const SchemaText& view);

// `missing`: tables of the source that the target will not have.
[[nodiscard]] ViewOrder order_views(std::vector<View> views, const std::set<std::string>& missing);

}  // namespace dbsync::mysql
