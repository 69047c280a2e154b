// SPDX-License-Identifier: MIT
#include "engine/mysql/wire.hpp"

#include "base/check.hpp"
#include "base/long_bytes.hpp"
#include "row/canonical.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace dbsync::mysql {

namespace {

// What stands behind the backslash for a byte that needs one, else 0.
constexpr std::array<char, 256> escapes = [] {
    std::array<char, 256> table{};
    table[0] = '0';
    table[static_cast<unsigned char>('\t')] = 't';
    table[static_cast<unsigned char>('\n')] = 'n';
    table[static_cast<unsigned char>('\\')] = '\\';
    table[static_cast<unsigned char>('\'')] = '\'';
    return table;
}();

char escape_of(char c) noexcept {
    return escapes[static_cast<unsigned char>(c)];
}

void append_escaped(std::string& row, std::string_view value) {
    if (value.size() > long_value_bytes) {
        const auto escaped = std::count_if(value.begin(), value.end(),
                                           [](char c) { return escape_of(c) != 0; });
        make_room(row, value.size() + static_cast<std::size_t>(escaped));
    }
    std::size_t begin = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (const char escape = escape_of(value[i]); escape != 0) {
            row.append(value, begin, i - begin);
            row += '\\';
            row += escape;
            begin = i + 1;
        }
    }
    row.append(value, begin);
}

}  // namespace

void append_null(std::string& row) {
    row += "\\N";
}

void append_field(std::string& row, std::string_view value, Wire wire) {
    switch (wire) {
        case Wire::Text: append_escaped(row, value); break;
        case Wire::Plain:
        case Wire::Float: row += value; break;
        case Wire::Hex: append_hex(row, value); break;
    }
}

std::optional<std::string> field_value(std::string_view field) {
    if (field == "\\N") {
        return std::nullopt;
    }
    std::string value;
    value.reserve(field.size());
    for (std::size_t i = 0; i < field.size(); ++i) {
        if (field[i] != '\\' || i + 1 == field.size()) {
            value += field[i];
            continue;
        }
        const char c = field[++i];
        value += c == '0' ? '\0' : c == 't' ? '\t' : c == 'n' ? '\n' : c;
    }
    return value;
}

std::string field_literal(std::string_view field, Wire wire) {
    if (field == "\\N") {
        return "NULL";
    }
    return (wire == Wire::Hex ? "X'" : "'") + std::string{field} + "'";
}

std::vector<std::string_view> fields_of(std::string_view row) {
    if (row.ends_with('\n')) {
        row.remove_suffix(1);
    }
    std::vector<std::string_view> fields;
    for (;;) {
        const auto tab = row.find('\t');
        fields.push_back(row.substr(0, tab));
        if (tab == std::string_view::npos) {
            return fields;
        }
        row.remove_prefix(tab + 1);
    }
}

std::vector<Wire> column_wires(const TableShape& shape, const std::vector<std::string>& columns) {
    std::vector<Wire> wires;
    wires.reserve(columns.size());
    for (const std::string& column : columns) {
        wires.push_back(shape.form(column).wire);
    }
    return wires;
}

std::vector<Wire> key_wires(const TableShape& shape) {
    if (shape.table.key_shape == KeyShape::WholeRow) {
        return {Wire::Hex};
    }
    return column_wires(shape, shape.table.key);
}

BlockBuilder::BlockBuilder(std::vector<Wire> wires,
                           std::size_t key_fields,
                           RowForm form,
                           RowSink& sink)
    : wires_{std::move(wires)}, key_fields_{key_fields}, form_{form}, sink_{sink} {}

void BlockBuilder::add(const RowView& row) {
    DBSYNC_CHECK(row.count() == wires_.size(), "as many columns as the form has");
    std::string& bytes = block_.bytes;
    std::size_t key_end = bytes.size();
    std::size_t room = 0;
    for (unsigned i = 0; i < row.count(); ++i) {
        room += 1 + (row.is_null(i) ? 2 : row.text(i).size() * (wires_[i] == Wire::Hex ? 2 : 1));
    }
    make_room(bytes, room);
    for (unsigned i = 0; i < row.count(); ++i) {
        if (i > 0) {
            bytes += '\t';
        }
        if (row.is_null(i)) {
            append_null(bytes);
        } else {
            append_field(bytes, row.text(i), wires_[i]);
        }
        key_end = i + 1 == key_fields_ ? bytes.size() : key_end;
    }
    bytes += '\n';
    ++block_.rows;
    if (form_ == RowForm::Compare) {
        block_.ends.push_back(
            {static_cast<std::uint32_t>(key_end), static_cast<std::uint32_t>(bytes.size())});
    }
    if (bytes.size() >= block_bytes_max) {
        flush();
    }
}

void BlockBuilder::flush() {
    if (block_.rows > 0) {
        sink_.push(std::exchange(block_, {}));
        block_.bytes.reserve(block_bytes_max + block_bytes_max / 8);
    }
}

}  // namespace dbsync::mysql
