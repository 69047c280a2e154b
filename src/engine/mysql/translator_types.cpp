// SPDX-License-Identifier: MIT
#include "engine/mysql/translator_types.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

namespace dbsync::mysql {

namespace {

constexpr std::size_t word_max = 24;
constexpr std::size_t name_characters_max = 64;  // MySQL 9.x "Identifier Length Limits"
constexpr int float_digits_max = 24;  // of float(p): more make it a double

struct NamedForm {
    std::string_view word;
    Form form;
};

// In alphabetical order.
constexpr std::array named_forms{
    NamedForm{"bigint", Form::BigInt},
    NamedForm{"binary", Form::Binary},
    NamedForm{"bit", Form::Bit},
    NamedForm{"blob", Form::Blob},
    NamedForm{"bool", Form::TinyInt},
    NamedForm{"boolean", Form::TinyInt},
    NamedForm{"char", Form::Char},
    NamedForm{"character", Form::Char},
    NamedForm{"date", Form::Date},
    NamedForm{"datetime", Form::DateTime},
    NamedForm{"dec", Form::Decimal},
    NamedForm{"decimal", Form::Decimal},
    NamedForm{"double", Form::Double},
    NamedForm{"enum", Form::Enum},
    NamedForm{"fixed", Form::Decimal},
    NamedForm{"float", Form::Float},
    NamedForm{"float4", Form::Float},
    NamedForm{"float8", Form::Double},
    NamedForm{"geomcollection", Form::Spatial},
    NamedForm{"geometry", Form::Spatial},
    NamedForm{"geometrycollection", Form::Spatial},
    NamedForm{"int", Form::Int},
    NamedForm{"int1", Form::TinyInt},
    NamedForm{"int2", Form::SmallInt},
    NamedForm{"int3", Form::MediumInt},
    NamedForm{"int4", Form::Int},
    NamedForm{"int8", Form::BigInt},
    NamedForm{"integer", Form::Int},
    NamedForm{"json", Form::Json},
    NamedForm{"linestring", Form::Spatial},
    NamedForm{"longblob", Form::Blob},
    NamedForm{"longtext", Form::Text},
    NamedForm{"mediumblob", Form::Blob},
    NamedForm{"mediumint", Form::MediumInt},
    NamedForm{"mediumtext", Form::Text},
    NamedForm{"middleint", Form::MediumInt},
    NamedForm{"multilinestring", Form::Spatial},
    NamedForm{"multipoint", Form::Spatial},
    NamedForm{"multipolygon", Form::Spatial},
    NamedForm{"national", Form::Char},
    NamedForm{"nchar", Form::Char},
    NamedForm{"numeric", Form::Decimal},
    NamedForm{"nvarchar", Form::Char},
    NamedForm{"point", Form::Spatial},
    NamedForm{"polygon", Form::Spatial},
    NamedForm{"real", Form::Double},
    NamedForm{"serial", Form::BigInt},
    NamedForm{"set", Form::Set},
    NamedForm{"smallint", Form::SmallInt},
    NamedForm{"text", Form::Text},
    NamedForm{"time", Form::Time},
    NamedForm{"timestamp", Form::Timestamp},
    NamedForm{"tinyblob", Form::Blob},
    NamedForm{"tinyint", Form::TinyInt},
    NamedForm{"tinytext", Form::Text},
    NamedForm{"uuid", Form::Uuid},
    NamedForm{"varbinary", Form::Binary},
    NamedForm{"varchar", Form::Char},
    NamedForm{"varcharacter", Form::Char},
    NamedForm{"vector", Form::Blob},
    NamedForm{"year", Form::Year},
};
static_assert(std::is_sorted(named_forms.begin(), named_forms.end(),
                             [](const NamedForm& a, const NamedForm& b) {
                                 return a.word < b.word;
                             }));

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_word_character(char c) noexcept {
    const char small = lower(c);
    return (small >= 'a' && small <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

bool same(std::string_view text, std::string_view lower_case) noexcept {
    return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                      [](char a, char b) { return lower(a) == b; });
}

bool has_word(std::string_view text, std::string_view lower_case) noexcept {
    return std::search(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                       [](char a, char b) { return lower(a) == b; }) != text.end();
}

Form form_of(std::string_view word) noexcept {
    if (word.size() > word_max) {
        return Form::Other;
    }
    std::array<char, word_max> small{};
    std::transform(word.begin(), word.end(), small.begin(), lower);
    const std::string_view wanted{small.data(), word.size()};
    const auto* const found = std::lower_bound(
        named_forms.begin(), named_forms.end(), wanted,
        [](const NamedForm& each, std::string_view text) { return each.word < text; });
    return found != named_forms.end() && found->word == wanted ? found->form : Form::Other;
}

// "(10, 2) unsigned" has 10 and 2; the text behind the parenthesis is left.
void take_numbers(std::string_view& text, DeclaredType& type) noexcept {
    const auto open = text.find('(');
    if (open == std::string_view::npos) {
        return;
    }
    const char* const end = text.data() + text.size();
    const auto skip_blanks = [&](const char* at) {
        return std::find_if(at, end, [](char c) { return c != ' '; });
    };
    const auto first = std::from_chars(skip_blanks(text.data() + open + 1), end, type.first);
    const char* const next = skip_blanks(first.ptr);
    if (first.ec == std::errc{} && next != end && *next == ',') {
        std::from_chars(skip_blanks(next + 1), end, type.second);
    }
    text.remove_prefix(std::min(text.find(')', open), text.size()));
}

ModelType sized(Kind kind, int size = 0) {
    ModelType type;
    type.kind = kind;
    type.size = size < 0 ? 0 : static_cast<std::uint32_t>(size);
    return type;
}

ModelType integer_type(int bytes, const DeclaredType& declared) {
    ModelType type = sized(Kind::Int, bytes);
    type.is_unsigned = declared.is_unsigned;
    return type;
}

ModelType moment(Kind kind, const DeclaredType& declared) {
    ModelType type = sized(kind);
    type.scale = static_cast<std::uint32_t>(std::max(0, declared.first));
    return type;
}

ModelType decimal_type(const DeclaredType& declared) {
    constexpr int digits_by_default = 10;
    ModelType type = sized(Kind::Decimal, declared.first > 0 ? declared.first : digits_by_default);
    type.scale = static_cast<std::uint32_t>(std::max(0, declared.second));
    return type;
}

// char and binary are of one length; without a number it is 1.
ModelType string_type(Kind kind, std::string_view text, const DeclaredType& declared) {
    ModelType type = sized(kind, declared.first < 0 ? 1 : declared.first);
    type.fixed_length = !has_word(text.substr(0, text.find('(')), "var");
    return type;
}

ModelType member_type(std::string_view text, bool many) {
    ModelType type = sized(Kind::Text);
    type.members = members_of(text);
    type.many_members = many;
    return type;
}

std::size_t bytes_of_character(char lead) noexcept {
    const auto byte = static_cast<unsigned char>(lead);
    return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

char unescaped(char c) noexcept {
    switch (c) {
        case '0': return '\0';
        case 'n': return '\n';
        case 'r': return '\r';
        case 't': return '\t';
        default: return c;
    }
}

}  // namespace

bool DeclaredType::is(std::string_view lower_case) const noexcept {
    return same(word, lower_case);
}

DeclaredType declared_type(std::string_view text) noexcept {
    DeclaredType type;
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    const auto* const end = std::find_if_not(text.begin(), text.end(), is_word_character);
    type.word = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    type.form = form_of(type.word);
    if (type.form == Form::Enum || type.form == Form::Set) {
        return type;
    }
    std::string_view rest = text.substr(type.word.size());
    take_numbers(rest, type);
    if (type.form <= Form::Double) {
        type.is_unsigned = has_word(rest, "unsigned") || has_word(rest, "zerofill") ||
                           type.is("serial");
    }
    if (type.is("bool") || type.is("boolean")) {
        type.first = 1;
    }
    if (type.form == Form::Float && type.first > float_digits_max && type.second < 0) {
        type.form = Form::Double;
    }
    return type;
}

bool is_hex(Form form) noexcept {
    return form == Form::Bit || form == Form::Binary || form == Form::Blob ||
           form == Form::Spatial;
}

bool is_boolean(const DeclaredType& type) noexcept {
    return type.form == Form::TinyInt && type.first == 1 && !type.is_unsigned;
}

// Members stand between quotes; quotes are doubled, and a backslash stands before what has a letter
// of its own (seen on MariaDB 10.11, MySQL 9.7: \0, \n, \r and \\, whatever the sql_mode).
std::vector<std::string> members_of(std::string_view type) {
    std::vector<std::string> members;
    std::size_t at = std::min(type.find('\''), type.size());
    while (at < type.size()) {
        std::string member;
        for (++at; at < type.size(); ++at) {
            if (type[at] == '\\' && at + 1 < type.size()) {
                member += unescaped(type[++at]);
            } else if (type[at] != '\'') {
                member += type[at];
            } else if (at + 1 < type.size() && type[at + 1] == '\'') {
                member += type[++at];
            } else {
                break;
            }
        }
        members.push_back(std::move(member));
        at = std::min(type.find('\'', at + 1), type.size());
    }
    return members;
}

ModelType model_type(std::string_view text) {
    const DeclaredType type = declared_type(text);
    switch (type.form) {
        case Form::TinyInt: return is_boolean(type) ? sized(Kind::Bool) : integer_type(1, type);
        case Form::SmallInt: return integer_type(2, type);
        case Form::Year: return sized(Kind::Int, 2);
        case Form::MediumInt: return integer_type(3, type);
        case Form::Int: return integer_type(4, type);
        case Form::BigInt: return integer_type(8, type);
        case Form::Decimal: return decimal_type(type);
        case Form::Float: return sized(Kind::Float32);
        case Form::Double: return sized(Kind::Float64);
        case Form::Bit: return sized(Kind::Bits, std::max(1, type.first));
        case Form::Char: return string_type(Kind::Text, text, type);
        case Form::Text: return sized(Kind::Text);
        case Form::Enum:
        case Form::Set: return member_type(text, type.form == Form::Set);
        case Form::Json: return sized(Kind::Json);
        case Form::Binary: return string_type(Kind::Bytes, text, type);
        case Form::Blob:
        case Form::Spatial: return sized(Kind::Bytes);
        case Form::Date: return sized(Kind::Date);
        case Form::Time: return moment(Kind::Time, type);
        case Form::DateTime: return moment(Kind::DateTime, type);
        case Form::Timestamp: return moment(Kind::Instant, type);
        case Form::Uuid:
        case Form::Other: return sized(Kind::Text);
    }
    return {};
}

std::string shortened_name(const std::string& name) {
    std::string kept;
    std::size_t characters = 0;
    for (std::size_t at = 0; at < name.size() && characters < name_characters_max; ++characters) {
        const std::size_t bytes = bytes_of_character(name[at]);
        kept += bytes == 4 ? "_" : name.substr(at, bytes);
        at += bytes;
    }
    while (kept.ends_with(' ')) {
        kept.pop_back();
    }
    return kept;
}

TableName target_name(const TableName& name) {
    const bool alone = name.schema.empty() || name.schema == "public";
    return {.schema = {},
            .name = shortened_name(alone ? name.name : name.schema + "_" + name.name)};
}

}  // namespace dbsync::mysql
