// SPDX-License-Identifier: MIT
#include "engine/postgres/made_names.hpp"

#include "engine/postgres/make_schema.hpp"

namespace dbsync::postgres {

namespace {

constexpr std::size_t name_bytes_max = 63;

// The first `bytes` of it, without half a character.
std::string cut(const std::string& text, std::size_t bytes) {
    while (bytes < text.size() && bytes > 0 &&
           (static_cast<unsigned char>(text[bytes]) & 0xc0U) == 0x80U) {
        --bytes;
    }
    return text.substr(0, bytes);
}

// As the server chooses it (makeObjectName() in its src/backend/commands/indexcmds.c).
std::string chosen_by_server(const std::string& table, const std::string& column,
                             const std::string& what) {
    const std::size_t left = name_bytes_max - what.size() - (column.empty() ? 1 : 2);
    std::size_t first = table.size();
    std::size_t second = column.size();
    while (first + second > left) {
        --(first > second ? first : second);
    }
    return cut(table, first) + (column.empty() ? "" : "_" + cut(column, second)) + "_" + what;
}

}  // namespace

MadeNames::MadeNames(const SchemaModel& model) {
    for (const ModelTable& table : model.tables) {
        taken_.insert(target_name(table.name).name);
    }
    for (const ModelTable& table : model.tables) {
        const std::string name = target_name(table.name).name;
        if (!table.key.empty()) {
            reserve({table.name, ""}, chosen_by_server(name, "", "pkey"));
        }
        for (const ModelColumn& column : table.columns) {
            if (column.auto_increment) {
                reserve({table.name, column.name},
                        chosen_by_server(name, shortened_name(column.name), "seq"));
            }
        }
    }
}

void MadeNames::reserve(const Place& place, const std::string& wanted) {
    const std::string name = free_name(wanted);
    if (name != wanted) {
        chosen_[place] = name;
    }
}

std::string MadeNames::free_name(const std::string& wanted) {
    std::string name = shortened_name(wanted);
    for (int i = 2; !taken_.insert(name).second; ++i) {
        const std::string number = "_" + std::to_string(i);
        name = cut(wanted, name_bytes_max - number.size()) + number;
    }
    return name;
}

std::string MadeNames::primary_key(const ModelTable& table) const {
    return sequence(table, "");
}

std::string MadeNames::sequence(const ModelTable& table, const std::string& column) const {
    const auto found = chosen_.find({table.name, column});
    return found == chosen_.end() ? std::string{} : found->second;
}

std::string MadeNames::index(const ModelTable& table, const ModelIndex& index) {
    const std::string name =
        shortened_name(index.name.empty() ? table.name.name + "_idx" : index.name);
    if (taken_.insert(name).second) {
        return name;
    }
    return free_name(table.name.name + "_" + index.name);
}

}  // namespace dbsync::postgres
