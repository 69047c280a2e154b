// SPDX-License-Identifier: MIT
#include "engine/sqlite/wire.hpp"

#include "base/error.hpp"
#include "base/long_bytes.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

namespace dbsync::sqlite {

namespace {

[[noreturn]] void malformed(const char* what) {
    throw Error{{.kind = ErrorKind::Internal,
                 .what_failed = std::string{"a SQLite row in transit is "} + what,
                 .hint = "run the same command again; report this if it happens twice"}};
}

void append_tag(std::string& row, Tag tag) {
    row += static_cast<char>(tag);
}

void append_number(std::string& row, std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) {
        row += static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
    }
}

void append_bytes(std::string& row, Tag tag, std::string_view value) {
    if (value.size() > std::numeric_limits<std::uint32_t>::max()) {
        malformed("longer than 4 GiB");  // SQLite's own limit is 2 GiB
    }
    append_tag(row, tag);
    append_number(row, value.size(), 4);
    make_room(row, value.size());
    row += value;
}

std::string_view cut(std::string_view& rest, std::size_t size) {
    if (rest.size() < size) {
        malformed("cut short");
    }
    const std::string_view front = rest.substr(0, size);
    rest.remove_prefix(size);
    return front;
}

std::uint64_t cut_number(std::string_view& rest, std::size_t bytes) {
    const std::string_view front = cut(rest, bytes);
    std::uint64_t value = 0;
    for (std::size_t i = bytes; i-- > 0;) {
        value = (value << 8) | static_cast<unsigned char>(front[i]);
    }
    return value;
}

// A text whose bytes cannot be had must not pass for an empty one.
std::string_view text_of(const Statement& statement, int column) {
    const std::string_view text = statement.text(column);
    if (text.data() == nullptr) {
        throw Error{{.kind = ErrorKind::Internal,
                     .what_failed = "there is not enough memory to read a text from SQLite",
                     .hint = "give the process more memory and run the same command again"}};
    }
    return text;
}

void append_column(std::string& row, const Statement& statement, int column) {
    switch (statement.type(column)) {
        case SQLITE_INTEGER: append_integer(row, statement.integer(column)); break;
        case SQLITE_FLOAT: append_real(row, statement.real(column)); break;
        case SQLITE_TEXT: append_text(row, text_of(statement, column)); break;
        case SQLITE_BLOB: append_blob(row, statement.blob(column)); break;
        default: append_null(row); break;
    }
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    malformed("named by a bound that is not in hex");
}

}  // namespace

void append_null(std::string& row) {
    append_tag(row, Tag::Null);
}

void append_integer(std::string& row, std::int64_t value) {
    append_tag(row, Tag::Integer);
    append_number(row, static_cast<std::uint64_t>(value), 8);
}

void append_real(std::string& row, double value) {
    append_tag(row, Tag::Real);
    append_number(row, std::bit_cast<std::uint64_t>(value), 8);
}

void append_text(std::string& row, std::string_view value) {
    append_bytes(row, Tag::Text, value);
}

void append_blob(std::string& row, std::string_view value) {
    append_bytes(row, Tag::Blob, value);
}

void append_columns(std::string& row, const Statement& statement, int first, int count) {
    for (int column = first; column < first + count; ++column) {
        append_column(row, statement, column);
    }
}

WireValue WireReader::next() {
    WireValue value;
    const auto tag = static_cast<unsigned char>(cut(rest_, 1).front());
    if (tag > static_cast<unsigned char>(Tag::Blob)) {
        malformed("of an unknown form");
    }
    value.tag = static_cast<Tag>(tag);
    switch (value.tag) {
        case Tag::Null: break;
        case Tag::Integer: value.integer = static_cast<std::int64_t>(cut_number(rest_, 8)); break;
        case Tag::Real: value.real = std::bit_cast<double>(cut_number(rest_, 8)); break;
        case Tag::Text:
        case Tag::Blob: value.bytes = cut(rest_, cut_number(rest_, 4)); break;
    }
    return value;
}

std::string_view WireReader::take(std::size_t count) {
    const std::string_view before = rest_;
    for (std::size_t i = 0; i < count; ++i) {
        next();
    }
    return before.substr(0, before.size() - rest_.size());
}

void bind_value(Statement& statement, int index, const WireValue& value) {
    switch (value.tag) {
        case Tag::Null: statement.bind_null(index); break;
        case Tag::Integer: statement.bind(index, value.integer); break;
        case Tag::Real: statement.bind_real(index, value.real); break;
        case Tag::Text: statement.bind_text(index, value.bytes); break;
        case Tag::Blob: statement.bind_blob(index, value.bytes); break;
    }
}

void bind_values(Statement& statement, int first, WireReader& values, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        bind_value(statement, first + static_cast<int>(i), values.next());
    }
}

std::vector<std::string> writable_columns(const Table& table) {
    std::vector<std::string> names;
    if (const std::optional<std::string> rowid = hidden_rowid(table)) {
        names.push_back(*rowid);
    }
    for (const Column& column : table.columns) {
        if (!column.generated) {
            names.push_back(column.name);
        }
    }
    return names;
}

std::vector<std::string> compared_columns(const Table& table) {
    std::vector<std::string> names = table.key;
    for (const Column& column : table.columns) {
        names.push_back(column.name);
    }
    return names;
}

std::string bound_text(std::string_view key) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(key.size() * 2);
    for (const char c : key) {
        const auto byte = static_cast<unsigned char>(c);
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

std::string parse_bound(std::string_view bound) {
    if (bound.size() % 2 != 0) {
        malformed("named by a bound that is cut short");
    }
    std::string key;
    for (std::size_t i = 0; i < bound.size(); i += 2) {
        key += static_cast<char>(hex_digit(bound[i]) * 16 + hex_digit(bound[i + 1]));
    }
    return key;
}

void BlockBuilder::key_ends() {
    key_end_ = block_.bytes.size();
}

// A row that makes the block too large begins the next one.
void BlockBuilder::row_ends() {
    if (block_.bytes.size() > block_bytes_max && row_begin_ > 0) {
        std::string last = block_.bytes.substr(row_begin_);
        block_.bytes.resize(row_begin_);
        key_end_ -= std::min(key_end_, row_begin_);
        flush();
        block_.bytes = std::move(last);
    }
    ++block_.rows;
    if (form_ == RowForm::Compare) {
        block_.ends.push_back({static_cast<std::uint32_t>(key_end_),
                               static_cast<std::uint32_t>(block_.bytes.size())});
    }
    row_begin_ = block_.bytes.size();
    if (row_begin_ >= block_bytes_max) {
        flush();
    }
}

void BlockBuilder::flush() {
    if (block_.rows > 0) {
        sink_.push(std::exchange(block_, RowBlock{}));
    }
    row_begin_ = 0;
}

}  // namespace dbsync::sqlite
