// SPDX-License-Identifier: MIT
#include "engine/mysql/write_json.hpp"

#include "engine/mysql/write_text.hpp"
#include "row/canonical.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace dbsync::mysql {

namespace {

using MaybeNoForm = std::optional<NoForm>;

// MySQL 9.x "The JSON Data Type": documents nest that deep, keys have a length of 16 bits.
constexpr std::size_t depth_max = 100;
constexpr std::size_t key_bytes_max = 65'535;

bool is_integer(std::string_view number) noexcept {
    std::int64_t with_sign = 0;
    std::uint64_t without = 0;
    const char* const end = number.data() + number.size();
    const auto first = std::from_chars(number.data(), end, with_sign);
    if (first.ec == std::errc{} && first.ptr == end) {
        return true;
    }
    const auto second = std::from_chars(number.data(), end, without);
    return second.ec == std::errc{} && second.ptr == end;
}

// Appends the number in the double's shortest digits, if it is that double.
MaybeNoForm put_number(std::string_view number, std::string& out) {
    if (is_integer(number)) {
        out += number;
        return std::nullopt;
    }
    double value = 0;
    const char* const end = number.data() + number.size();
    const auto parsed = std::from_chars(number.data(), end, value);
    std::array<char, 32> buffer{};
    const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    const std::string_view spelled{buffer.data(),
                                   static_cast<std::size_t>(written.ptr - buffer.data())};
    if (parsed.ec != std::errc{} || parsed.ptr != end ||
        canonical_decimal(spelled) != canonical_decimal(number)) {
        return NoForm{"JSON with the number " + shown(number) +
                      ", which MySQL's JSON would round"};
    }
    out += spelled;
    return std::nullopt;
}

// The closing quote of a string that begins at `at`.
std::size_t string_end(std::string_view json, std::size_t at) noexcept {
    for (++at; at < json.size() && json[at] != '"'; ++at) {
        at += json[at] == '\\' ? 1U : 0U;
    }
    return std::min(at + 1, json.size());
}

bool begins_number(char c) noexcept {
    return c == '-' || (c >= '0' && c <= '9');
}

}  // namespace

std::optional<NoForm> write_json(std::string_view canonical, std::string& out) {
    std::size_t depth = 0;
    for (std::size_t at = 0; at < canonical.size();) {
        const char c = canonical[at];
        std::size_t end = at + 1;
        if (c == '"') {
            end = string_end(canonical, at);
            const bool key = end < canonical.size() && canonical[end] == ':';
            if (key && end - at - 2 > key_bytes_max) {
                return NoForm{"JSON with a key longer than 65535 bytes"};
            }
        } else if (begins_number(c)) {
            end = std::min(canonical.find_first_of(",]}", at), canonical.size());
            if (auto problem = put_number(canonical.substr(at, end - at), out)) {
                return problem;
            }
            at = end;
            continue;
        } else if (c == '{' || c == '[') {
            if (++depth > depth_max) {
                return NoForm{"JSON that nests deeper than 100 levels"};
            }
        } else if (c == '}' || c == ']') {
            --depth;
        }
        out.append(canonical, at, end - at);
        at = end;
    }
    return std::nullopt;
}

}  // namespace dbsync::mysql
