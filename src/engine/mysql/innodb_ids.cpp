// SPDX-License-Identifier: MIT
// InnoDB writes names as file names: letters, digits and _ stand for themselves, everything else is
// "@" and four hexadecimal digits, but letters of some alphabets are "@" and two characters out of
// a table of the server's ("Mapping of Identifiers to File Names", MySQL 9.x manual). We do not
// carry that table: such a letter becomes one and the same sign on both sides of a comparison. Two
// tables whose names differ in such letters only share their numbers, then: a truncated one is
// noticed at both.
#include "engine/mysql/innodb_ids.hpp"

#include "base/error.hpp"
#include "engine/mysql/errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <sstream>
#include <utility>

namespace dbsync::mysql {

namespace {

constexpr char lettered = '*';  // stands in no encoded name

// Where the two-character forms are found (strings/ctype-utf8.c of both servers).
constexpr std::array<std::pair<std::uint32_t, std::uint32_t>, 5> letter_ranges{
    {{0x00C0, 0x05FF}, {0x1E00, 0x1FFF}, {0x2160, 0x217F}, {0x24B0, 0x24EF}, {0xFF20, 0xFF5F}}};

bool is_plain(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

std::string sign(std::uint32_t character) {
    const bool letter = std::any_of(
        letter_ranges.begin(), letter_ranges.end(),
        [&](const auto& range) { return character >= range.first && character <= range.second; });
    return letter ? std::string(1, lettered) : fmt::format("@{:04x}", character);
}

// The character of UTF-8 that begins at `at`, which moves behind it. Names have at most three bytes
// a character (MySQL 9.x "Schema Object Names").
std::uint32_t next_character(std::string_view text, std::size_t& at) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]))
                               : 0U;
    };
    const std::uint32_t first = byte(at);
    if (first < 0x80) {
        at += 1;
        return first;
    }
    if (first < 0xE0) {
        at += 2;
        return (first & 0x1FU) << 6U | (byte(at - 1) & 0x3FU);
    }
    at += 3;
    return (first & 0x0FU) << 12U | (byte(at - 2) & 0x3FU) << 6U | (byte(at - 1) & 0x3FU);
}

std::set<std::string> lines_of(std::string_view text) {
    std::set<std::string> lines;
    std::istringstream in{std::string{text}};
    for (std::string line; std::getline(in, line);) {
        lines.insert(line);
    }
    return lines;
}

}  // namespace

std::string pattern_of_name(std::string_view name) {
    std::string pattern;
    for (std::size_t at = 0; at < name.size();) {
        if (is_plain(name[at])) {
            pattern += name[at++];
        } else {
            pattern += sign(next_character(name, at));
        }
    }
    return pattern;
}

std::string pattern_of_file_name(std::string_view encoded) {
    std::string pattern;
    for (std::size_t at = 0; at < encoded.size();) {
        const std::string_view rest = encoded.substr(at);
        if (rest == "@@@") {  // behind names that are devices on Windows
            break;
        }
        if (rest[0] != '@' || rest.size() < 3) {
            pattern += rest[0];
            at += 1;
        } else if (rest.size() >= 5 && is_hex(rest[1]) && is_hex(rest[2])) {
            pattern += sign(static_cast<std::uint32_t>(
                std::stoul(std::string{rest.substr(1, 4)}, nullptr, 16)));
            at += 5;
        } else {
            pattern += lettered;
            at += 3;
        }
    }
    return pattern;
}

std::optional<InnodbIds> InnodbIds::read(Connection& connection) {
    InnodbIds ids;
    try {
        const Result rows = connection.run(
            fmt::format("SELECT name, table_id FROM information_schema.{} ORDER BY name",
                        connection.server().innodb_tables()));
        const std::string database = pattern_of_name(connection.database());
        for (std::size_t row = 0; row < rows.rows(); ++row) {
            const std::string& name = rows.text(row, 0);
            const auto slash = name.find('/');
            if (slash == std::string::npos ||
                pattern_of_file_name(name.substr(0, slash)) != database) {
                continue;
            }
            // Only partitions have a # in their encoded name.
            const auto part = std::min(name.find('#', slash), name.size());
            std::string& lines =
                ids.lines_[pattern_of_file_name(name.substr(slash + 1, part - slash - 1))];
            lines += fmt::format("{} {}\n", name.substr(part), rows.text(row, 1));
        }
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::Permission) {
            return std::nullopt;
        }
        throw;
    }
    return ids;
}

std::string InnodbIds::of(std::string_view table) const {
    const auto found = lines_.find(pattern_of_name(table));
    return found == lines_.end() ? std::string{} : found->second;
}

bool only_more_ids(std::string_view before, std::string_view now) {
    const std::set<std::string> lines = lines_of(now);
    const std::set<std::string> old = lines_of(before);
    return !old.empty() && std::includes(lines.begin(), lines.end(), old.begin(), old.end());
}

}  // namespace dbsync::mysql
