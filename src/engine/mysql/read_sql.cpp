// SPDX-License-Identifier: MIT
#include "engine/mysql/read_sql.hpp"

#include "base/check.hpp"
#include "engine/mysql/key_table.hpp"
#include "engine/mysql/quoting.hpp"
#include "engine/mysql/wire.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <unordered_set>
#include <utility>

namespace dbsync::mysql {

namespace {

bool is_whole_row(const TableShape& shape) {
    return shape.table.key_shape == KeyShape::WholeRow;
}

void append_to(std::vector<Wire>& wires, const std::vector<Wire>& more) {
    wires.insert(wires.end(), more.begin(), more.end());
}

std::vector<std::string> form_columns(const TableShape& shape, RowForm form) {
    return form == RowForm::Compare ? compared_columns(shape.table) : writable_columns(shape.table);
}

// The columns of t as they travel, each behind a comma but the first.
std::string selected(const TableShape& shape, const std::vector<std::string>& columns) {
    std::string list;
    for (const std::string& column : columns) {
        list += (list.empty() ? "" : ", ") + select_expression(shape, column, "t");
    }
    return list;
}

std::string selected_key(const TableShape& shape) {
    return is_whole_row(shape) ? row_hash_expression(shape, "t.")
                               : selected(shape, shape.table.key);
}

// The key as `keys` has it, as it travels.
std::string given_key(const TableShape& shape) {
    const std::vector<Wire> wires = key_wires(shape);
    std::string list;
    for (std::size_t i = 0; i < wires.size(); ++i) {
        const std::string name = fmt::format("d.k{}", i + 1);
        list += (i == 0 ? "" : ", ") +
                (wires[i] == Wire::Float ? "CAST(" + name + " AS DOUBLE)" : name);
    }
    return list;
}

// As other engines order it where the table says so: a text by its characters' bytes in UTF-8.
std::string order_of(const TableShape& shape, const std::string& column, const std::string& name) {
    return is_told_by_bytes(shape, column)
               ? "CAST(CONVERT(" + name + " USING utf8mb4) AS BINARY)"
               : name;
}

// Of the key's columns, as the table or the keys (d) have them.
std::string key_order(const TableShape& shape, char alias) {
    std::string list;
    for (std::size_t i = 0; i < shape.table.key.size(); ++i) {
        const std::string& column = shape.table.key[i];
        list += (i == 0 ? "" : ", ") +
                order_of(shape, column,
                         alias == 't' ? "t." + quote_ident(column) : fmt::format("d.k{}", i + 1));
    }
    return list;
}

std::string table_by_key(const TableShape& shape) {
    const std::string table = quote_ident(shape.table.name.name) + " AS t";
    return shape.key_index.empty()
               ? table
               : fmt::format("{} FORCE INDEX ({})", table, quote_ident(shape.key_index));
}

std::string match(const TableShape& shape) {
    std::string text;
    for (std::size_t i = 0; i < shape.table.key.size(); ++i) {
        fmt::format_to(std::back_inserter(text), "{}t.{} = d.k{}", i == 0 ? "" : " AND ",
                       quote_ident(shape.table.key[i]), i + 1);
    }
    return text;
}

// Whether the rows' own spelling is one of several that were asked for.
std::string match_bytes(const TableShape& shape) {
    std::string text;
    for (std::size_t i = 0; i < shape.table.key.size(); ++i) {
        if (const std::string& column = shape.table.key[i]; is_told_by_bytes(shape, column)) {
            fmt::format_to(std::back_inserter(text),
                           " AND CAST(t.{} AS BINARY) = CAST(d.k{} AS BINARY)",
                           quote_ident(column), i + 1);
        }
    }
    return text;
}

// Rows with two spellings of their key in front: the one that was asked for, and the row's own.
// Where keys are told by their bytes, a row found under another spelling is another row; but for
// UUIDs, whose digits' case is not the key's.
class Spellings {
  public:
    Spellings(const TableShape& shape, std::span<const std::string> given)
        : keys_{static_cast<unsigned>(shape.table.key.size())},
          wires_{key_wires(shape)},
          by_bytes_{!given.empty() && shape.table.order_by_bytes} {}

    [[nodiscard]] bool by_bytes() const noexcept { return by_bytes_; }
    [[nodiscard]] bool same(const RowView& row) const {
        for (unsigned i = 0; by_bytes_ && i < keys_; ++i) {
            const std::string_view asked = row.text(i);
            const std::string_view own = row.text(keys_ + i);
            if (wires_[i] == Wire::Text && asked != own &&
                (!canonical_uuid(own) || canonical_uuid(asked) != canonical_uuid(own))) {
                return false;
            }
        }
        return true;
    }

  private:
    unsigned keys_;
    std::vector<Wire> wires_;
    bool by_bytes_;
};

// Rows of form Change out of rows with two spellings of the key. The server could choose too, but
// IFNULL() of two BIT columns, for one, is a number.
class ChangeRows {
  public:
    ChangeRows(const TableShape& shape, std::span<const std::string> given, RowSink& sink)
        : keys_{static_cast<unsigned>(shape.table.key.size())},
          spellings_{shape, given},
          builder_{wires(shape), keys_, RowForm::Change, sink} {}

    void add(const RowView& row) {
        const bool present = row.text(2 * keys_) == "1" && spellings_.same(row);
        values_.clear();
        lengths_.clear();
        for (unsigned i = present ? keys_ : 0; i < row.count(); ++i) {
            if (i < keys_ || present) {
                put(row.is_null(i) ? nullptr : row.text(i).data(), row.text(i).size());
            } else if (i >= 2 * keys_) {
                put(i == 2 * keys_ ? "0" : nullptr, i == 2 * keys_ ? 1 : 0);
            }
        }
        builder_.add({values_.data(), lengths_.data(), static_cast<unsigned>(values_.size())});
    }
    void flush() { builder_.flush(); }

  private:
    // RowView has the C API's types and changes nothing.
    void put(const char* text, std::size_t length) {
        values_.push_back(const_cast<char*>(text));
        lengths_.push_back(length);
    }

    static std::vector<Wire> wires(const TableShape& shape) {
        std::vector<Wire> all = key_wires(shape);
        all.push_back(Wire::Plain);
        append_to(all, column_wires(shape, writable_columns(shape.table)));
        return all;
    }

    unsigned keys_;
    Spellings spellings_;
    BlockBuilder builder_;
    std::vector<char*> values_;
    std::vector<unsigned long> lengths_;
};

void read_changes(Connection& connection,
                  const TableShape& shape,
                  const std::string& keys,
                  std::span<const std::string> given,
                  RowSink& sink) {
    ChangeRows rows{shape, given, sink};
    connection.stream(
        fmt::format("SELECT {}, {}, t.{} IS NOT NULL, {} FROM {} AS d LEFT JOIN {} ON {}"
                    " ORDER BY {}",
                    given_key(shape), selected_key(shape), quote_ident(shape.table.key.front()),
                    selected(shape, writable_columns(shape.table)), keys, table_by_key(shape),
                    match(shape) + (given.empty() ? match_bytes(shape) : std::string{}),
                    key_order(shape, 'd')),
        [&](const RowView& row) { rows.add(row); });
    rows.flush();
}

void read_found(Connection& connection,
                const TableShape& shape,
                const std::string& keys,
                std::span<const std::string> given,
                RowSink& sink) {
    const Spellings spellings{shape, given};
    const auto key_count = static_cast<unsigned>(shape.table.key.size());
    std::vector<Wire> wires = key_wires(shape);
    append_to(wires, column_wires(shape, compared_columns(shape.table)));
    BlockBuilder rows{wires, key_fields(shape.table), RowForm::Compare, sink};
    connection.stream(
        fmt::format("SELECT {}{}, {} FROM {} AS d STRAIGHT_JOIN {} ON {} ORDER BY {}",
                    spellings.by_bytes() ? given_key(shape) + ", " : std::string{},
                    selected_key(shape), selected(shape, compared_columns(shape.table)), keys,
                    table_by_key(shape), match(shape), key_order(shape, 't')),
        [&](const RowView& row) {
            if (spellings.same(row)) {
                rows.add(spellings.by_bytes() ? row.behind(key_count) : row);
            }
        });
    rows.flush();
}

// Rows of a table without a key: one scan of it, however many hashes there are. Equal rows come one
// after another.
void read_rows_of_hashes(Connection& connection,
                         const TableShape& shape,
                         const std::string& keys,
                         RowForm form,
                         RowSink& sink) {
    const bool change = form == RowForm::Change;
    const std::vector<std::string> columns = form_columns(shape, form);
    std::vector<Wire> wires = key_wires(shape);
    if (change) {
        wires.push_back(Wire::Plain);
    }
    append_to(wires, column_wires(shape, columns));
    BlockBuilder rows{wires, 1, form, sink};
    std::unordered_set<std::string> found;
    connection.stream(
        fmt::format("SELECT d.k1{}, {} FROM {} AS t STRAIGHT_JOIN {} AS d ON d.k1 = {}"
                    " ORDER BY d.k1",
                    change ? ", 1" : "", selected(shape, columns),
                    quote_ident(shape.table.name.name), keys, row_hash_expression(shape, "t.")),
        [&](const RowView& row) {
            rows.add(row);
            found.emplace(row.text(0));
        });
    if (change) {
        std::string nulls;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            nulls += ", NULL";
        }
        connection.stream(fmt::format("SELECT d.k1, 0{} FROM {} AS d ORDER BY d.k1", nulls, keys),
                          [&](const RowView& row) {
                              if (!found.contains(std::string{row.text(0)})) {
                                  rows.add(row);
                              }
                          });
    }
    rows.flush();
}

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

// Compared as text, ordered by number: no bound can be said in SQL that uses the index.
bool can_bound(const ColumnForm& form) {
    return !is_one_of(form.data_type, {"enum", "set"});
}

// How many columns of the key, from the first, stand in a bound.
std::size_t bound_columns(const TableShape& shape) {
    std::size_t count = 0;
    while (count < shape.table.key.size() && can_bound(shape.form(shape.table.key[count]))) {
        ++count;
    }
    return count;
}

// A field of a bound as a constant of its column's own type, so that it is compared as the index is
// ordered and nothing is converted but the constant. A decimal fraction without an exponent is an
// exact number, with one a DOUBLE.
std::string bound_literal(const ColumnForm& form, std::string_view field) {
    const std::string literal = field_literal(field, form.wire);
    if (form.data_type == "bit") {
        return fmt::format("CAST(CONV('{}', 16, 10) AS UNSIGNED)", field);
    }
    if (form.wire == Wire::Text) {
        return fmt::format("CONVERT(_utf8mb4{} USING {}) COLLATE {}", literal, form.charset,
                           form.collation);
    }
    const bool floating = is_one_of(form.data_type, {"float", "double"});
    if (form.wire == Wire::Hex || !is_number(field) ||
        (!floating && !is_one_of(form.data_type, {"tinyint", "smallint", "mediumint", "int",
                                                  "bigint", "decimal", "year"}))) {
        return literal;
    }
    const bool exponent = field.find_first_of("eE") != std::string_view::npos;
    return std::string{field} + (floating && !exponent ? "e0" : "");
}

// (a > 1) OR (a = 1 AND b >= 2): both servers make index ranges of it, and none of a row
// constructor. `last` compares the last column, `strict` those before it.
std::string bound_condition(const TableShape& shape,
                            std::string_view bound,
                            const char* strict,
                            const char* last) {
    const std::vector<std::string_view> fields = fields_of(bound);
    const std::size_t count = bound_columns(shape);
    DBSYNC_CHECK(fields.size() == count, "a bound has a field for each of its columns");
    std::string all;
    std::string equal;
    for (std::size_t i = 0; i < count; ++i) {
        const std::string& column = shape.table.key[i];
        const std::string literal = bound_literal(shape.form(column), fields[i]);
        const std::string name = "t." + quote_ident(column);
        fmt::format_to(std::back_inserter(all), "{}({}{} {} {})", i == 0 ? "" : " OR ", equal, name,
                       i + 1 == count ? last : strict, literal);
        fmt::format_to(std::back_inserter(equal), "{} = {} AND ", name, literal);
    }
    return "(" + all + ")";
}

std::string chunk_condition(const TableShape& shape, const Chunk& chunk) {
    std::string text;
    if (chunk.lower) {
        text += " WHERE " + bound_condition(shape, *chunk.lower, ">", ">=");
    }
    if (chunk.upper) {
        text += (text.empty() ? " WHERE " : " AND ") +
                bound_condition(shape, *chunk.upper, "<", "<");
    }
    return text;
}

}  // namespace

std::size_t key_fields(const Table& table) {
    return table.key_shape == KeyShape::WholeRow ? 1 : table.key.size();
}

bool is_told_by_bytes(const TableShape& shape, const std::string& column) {
    const ColumnForm& form = shape.form(column);
    return shape.table.order_by_bytes &&
           (form.wire == Wire::Text || is_one_of(form.data_type, {"uuid", "inet4", "inet6"}));
}

std::optional<std::string> wire_text(const RowView& row,
                                     unsigned first,
                                     const std::vector<Wire>& wires) {
    std::string text;
    for (unsigned i = 0; i < wires.size(); ++i) {
        if (row.is_null(first + i)) {
            return std::nullopt;
        }
        text += i == 0 ? "" : "\t";
        append_field(text, row.text(first + i), wires[i]);
    }
    return text;
}

void read_rows_of_keys(Connection& connection,
                       const TableShape& shape,
                       const std::string& keys,
                       RowForm form,
                       RowSink& sink,
                       std::span<const std::string> given) {
    DBSYNC_CHECK(form != RowForm::Copy, "rows of keys are read with their keys");
    if (is_whole_row(shape)) {
        read_rows_of_hashes(connection, shape, keys, form, sink);
    } else if (form == RowForm::Change) {
        read_changes(connection, shape, keys, given, sink);
    } else {
        read_found(connection, shape, keys, given, sink);
    }
}

std::string select_chunk(const TableShape& shape, const Chunk& chunk, RowForm form) {
    DBSYNC_CHECK(form != RowForm::Change, "a chunk has no changes");
    const bool compare = form == RowForm::Compare;
    const std::string columns = selected(shape, form_columns(shape, form));
    if (is_whole_row(shape)) {
        return fmt::format("SELECT {}{} FROM {} AS t{}",
                           compare ? selected_key(shape) + ", " : std::string{}, columns,
                           quote_ident(shape.table.name.name), compare ? " ORDER BY 1" : "");
    }
    return fmt::format("SELECT {}{} FROM {}{}{}",
                       compare ? selected_key(shape) + ", " : std::string{}, columns,
                       table_by_key(shape), chunk_condition(shape, chunk),
                       compare ? " ORDER BY " + key_order(shape, 't') : "");
}

void read_rows_of_chunk(Connection& connection,
                        const TableShape& shape,
                        const Chunk& chunk,
                        RowForm form,
                        RowSink& sink) {
    std::vector<Wire> wires;
    if (form == RowForm::Compare) {
        wires = key_wires(shape);
    }
    append_to(wires, column_wires(shape, form_columns(shape, form)));
    BlockBuilder rows{wires, key_fields(shape.table), form, sink};
    connection.stream(select_chunk(shape, chunk, form),
                      [&](const RowView& row) { rows.add(row); });
    rows.flush();
}

// Strictly beyond the lower bound where a bound has not the whole key: every chunk ends later than
// it began, also where many rows share the bound's columns.
std::optional<std::string> find_chunk_end(Connection& connection,
                                          const TableShape& shape,
                                          const std::optional<std::string>& lower,
                                          std::uint64_t rows) {
    const std::size_t count = is_whole_row(shape) ? 0 : bound_columns(shape);
    if (count == 0) {
        return std::nullopt;
    }
    const std::vector<std::string> columns{shape.table.key.begin(),
                                           shape.table.key.begin() +
                                               static_cast<std::ptrdiff_t>(count)};
    const bool whole_key = count == shape.table.key.size();
    const std::uint64_t wanted = std::max<std::uint64_t>(rows, 1);
    const std::string query = fmt::format(
        "SELECT {} FROM {}{} ORDER BY {} LIMIT 1 OFFSET {}", selected(shape, columns),
        table_by_key(shape),
        lower ? " WHERE " + bound_condition(shape, *lower, ">", whole_key ? ">=" : ">") : "",
        quote_list(columns, "t.{}"), lower && !whole_key ? wanted - 1 : wanted);
    std::optional<std::string> end;
    const std::vector<Wire> wires = column_wires(shape, columns);
    connection.stream(query, [&](const RowView& row) { end = wire_text(row, 0, wires); });
    return end;
}

}  // namespace dbsync::mysql
