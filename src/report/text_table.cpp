// SPDX-License-Identifier: MIT
#include "report/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace dbsync {

namespace {

bool is_number(const std::string& cell) {
    return !cell.empty() && std::all_of(cell.begin(), cell.end(), [](char c) {
        return (c >= '0' && c <= '9') || c == ',' || c == '.';
    });
}

// Characters, not bytes: UTF-8 continuation bytes take no column.
std::size_t columns_of(const std::string& cell) {
    return static_cast<std::size_t>(std::count_if(cell.begin(), cell.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

}  // namespace

std::string one_line(const std::string& text) {
    std::string line;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\n') {
            line += "\\n";
        } else if (byte < 0x20U || byte == 0x7FU) {
            line += fmt::format("\\x{:02x}", byte);
        } else {
            line += c;
        }
    }
    return line;
}

std::string text_table(const std::vector<std::vector<std::string>>& given) {
    std::vector<std::vector<std::string>> rows = given;
    std::vector<std::size_t> widths;
    for (auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) {
            row[i] = one_line(row[i]);
            widths[i] = std::max(widths[i], columns_of(row[i]));
        }
    }
    std::string text;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string space(widths[i] - columns_of(row[i]), ' ');
            line += (i == 0 ? "" : "  ") + (is_number(row[i]) ? space + row[i] : row[i] + space);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

std::string show_count(std::uint64_t count) {
    std::string digits = std::to_string(count);
    for (std::size_t i = 3; i < digits.size(); i += 4) {
        digits.insert(digits.size() - i, ",");
    }
    return digits;
}

std::string show_bytes(std::uint64_t bytes) {
    constexpr std::array<const char*, 4> units{"KiB", "MiB", "GiB", "TiB"};
    if (bytes < 1'024) {
        return fmt::format("{} B", bytes);
    }
    double value = static_cast<double>(bytes) / 1'024;
    std::size_t unit = 0;
    while (value >= 1'024 && unit + 1 < units.size()) {
        value /= 1'024;
        ++unit;
    }
    return fmt::format("{:.1f} {}", value, units[unit]);
}

}  // namespace dbsync
