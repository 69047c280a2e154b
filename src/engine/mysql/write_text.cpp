// SPDX-License-Identifier: MIT
#include "engine/mysql/write_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fmt/format.h>
#include <vector>

namespace dbsync::mysql {

namespace {

using MaybeNoForm = std::optional<NoForm>;

constexpr std::size_t shown_bytes_max = 40;

// Characters above U+00FF that the server's latin1, which is Windows-1252, has.
constexpr std::array<std::uint32_t, 27> latin1_others{
    0x0152, 0x0153, 0x0160, 0x0161, 0x0178, 0x017d, 0x017e, 0x0192, 0x02c6,
    0x02dc, 0x2013, 0x2014, 0x2018, 0x2019, 0x201a, 0x201c, 0x201d, 0x201e,
    0x2020, 0x2021, 0x2022, 0x2026, 0x2030, 0x2039, 0x203a, 0x20ac, 0x2122};

std::size_t characters(std::string_view text) noexcept {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
    }));
}

// The next character of well-formed UTF-8.
std::uint32_t take_character(std::string_view& text) noexcept {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    std::uint32_t character = length == 1 ? lead : lead & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        character = character << 6U | (static_cast<unsigned char>(text[i]) & 0x3fU);
    }
    text.remove_prefix(length);
    return character;
}

bool in_latin1(std::uint32_t character) noexcept {
    return character < 0x80 || (character >= 0xa0 && character <= 0xff) ||
           std::find(latin1_others.begin(), latin1_others.end(), character) !=
               latin1_others.end();
}

// "latin1" of "varchar(20) CHARACTER SET latin1 COLLATE …"; empty where it is not said: utf8mb4.
std::string_view charset_of(std::string_view type) noexcept {
    constexpr std::string_view words = " CHARACTER SET ";
    const auto at = type.find(words);
    if (at == std::string_view::npos) {
        return {};
    }
    const std::string_view rest = type.substr(at + words.size());
    return rest.substr(0, rest.find(' '));
}

bool has_character(std::string_view charset, std::uint32_t character) noexcept {
    if (charset == "utf8mb3" || charset == "utf8" || charset == "ucs2") {
        return character <= 0xffff;
    }
    if (charset == "latin1") {
        return in_latin1(character);
    }
    return charset != "ascii" || character < 0x80;
}

// Of the other character sets the server knows what they have, and refuses what they have not.
MaybeNoForm require_charset(std::string_view charset, std::string_view text) {
    for (std::string_view rest = text; !rest.empty();) {
        const std::string_view from = rest;
        if (!has_character(charset, take_character(rest))) {
            return NoForm{fmt::format("the character {}, which {} does not have",
                                      from.substr(0, from.size() - rest.size()), charset)};
        }
    }
    return std::nullopt;
}

MaybeNoForm require_text(std::string_view text, std::string_view type) {
    if (!is_utf8(text)) {
        return NoForm{"a text that is no valid UTF-8"};
    }
    const std::string_view charset = charset_of(type);
    return charset.empty() || charset == "utf8mb4" ? std::nullopt : require_charset(charset, text);
}

MaybeNoForm write_characters(const DeclaredType& type, const std::string& declared,
                             std::string_view text, std::string& out) {
    const std::size_t most = type.first < 0 ? 1 : static_cast<std::size_t>(type.first);
    if (const std::size_t size = text.size() <= most ? 0 : characters(text); size > most) {
        return NoForm{fmt::format("{} characters, where {} takes {}", size, declared, most)};
    }
    if (type.is("char") && text.ends_with(' ')) {
        return NoForm{"a text that ends in blanks, which char does not keep"};
    }
    out += text;
    return std::nullopt;
}

MaybeNoForm write_long_text(const DeclaredType& type, const std::string& declared,
                            std::string_view text, std::string& out) {
    constexpr std::size_t one = 1;
    const std::size_t most = type.is("tinytext")     ? (one << 8U) - 1
                             : type.is("text")       ? (one << 16U) - 1
                             : type.is("mediumtext") ? (one << 24U) - 1
                                                     : (one << 32U) - 1;
    const bool single = charset_of(declared) == "latin1";
    const std::size_t size = text.size() > most && single ? characters(text) : text.size();
    if (size > most) {
        return NoForm{fmt::format("{} bytes, where {} takes {}", size, declared, most)};
    }
    out += text;
    return std::nullopt;
}

MaybeNoForm write_member(const std::string& declared, std::string_view text, std::string& out) {
    const std::vector<std::string> members = members_of(declared);
    if (std::find(members.begin(), members.end(), text) == members.end()) {
        return NoForm{shown(text) + " is no member of " + shown(declared)};
    }
    out += text;
    return std::nullopt;
}

// The server sorts a set's members, and takes each once.
MaybeNoForm write_set(const std::string& declared, std::string_view text, std::string& out) {
    const std::vector<std::string> members = members_of(declared);
    auto next = members.begin();
    for (std::string_view rest = text; !text.empty();) {
        const auto comma = std::min(rest.find(','), rest.size());
        next = std::find(next, members.end(), rest.substr(0, comma));
        if (next == members.end()) {
            return NoForm{shown(text) + " is not spelled as " + shown(declared) + " would"};
        }
        ++next;
        if (comma == rest.size()) {
            break;
        }
        rest.remove_prefix(comma + 1);
    }
    out += text;
    return std::nullopt;
}

}  // namespace

std::string shown(std::string_view text) {
    std::string_view front = text.substr(0, shown_bytes_max);
    while (!front.empty() && !is_utf8(front)) {
        front.remove_suffix(1);  // not in the middle of a character
    }
    return std::string{front} + (text.size() > front.size() ? "…" : "");
}

std::optional<NoForm> write_text(const ColumnCrossing& crossing,
                                 const DeclaredType& type,
                                 std::string_view canonical,
                                 std::string& out) {
    const std::string& declared = crossing.column.type;
    std::optional<std::string> bytes;
    if (crossing.kind == Kind::Bytes) {
        bytes = bytes_of(canonical);
        canonical = bytes ? std::string_view{*bytes} : canonical;
    }
    if (auto problem = require_text(canonical, declared)) {
        return problem;
    }
    if (type.form == Form::Char) {
        return write_characters(type, declared, canonical, out);
    }
    if (type.form == Form::Text) {
        return write_long_text(type, declared, canonical, out);
    }
    if (type.form == Form::Enum) {
        return write_member(declared, canonical, out);
    }
    if (type.form == Form::Set) {
        return write_set(declared, canonical, out);
    }
    out += canonical;
    return std::nullopt;
}

}  // namespace dbsync::mysql
