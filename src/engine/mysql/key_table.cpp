// SPDX-License-Identifier: MIT
#include "engine/mysql/key_table.hpp"

#include "base/check.hpp"
#include "engine/mysql/quoting.hpp"
#include "sql/statement_template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace dbsync::mysql {

namespace {

// Longest INSERT, far below any max_allowed_packet in use; a longer key stands alone.
constexpr std::size_t insert_bytes_max = 256 * 1024;

// INSERT statements of many rows each.
class Inserts {
  public:
    Inserts(Connection& connection, std::string head, std::string tail)
        : connection_{connection}, head_{std::move(head)}, tail_{std::move(tail)}, text_{head_} {}

    void add(const std::string& row) {
        text_ += text_.size() == head_.size() ? "" : ", ";
        text_ += row;
        if (text_.size() >= insert_bytes_max) {
            flush();
        }
    }

    void flush() {
        if (text_.size() > head_.size()) {
            connection_.run(text_ + tail_);
            text_ = head_;
        }
    }

  private:
    Connection& connection_;
    std::string head_;
    std::string tail_;
    std::string text_;
};

}  // namespace

std::string key_names(std::size_t count, const std::string& prefix) {
    std::string names;
    for (std::size_t i = 1; i <= count; ++i) {
        fmt::format_to(std::back_inserter(names), "{}{}k{}", i == 1 ? "" : ", ", prefix, i);
    }
    return names;
}

// CREATE and DROP of a TEMPORARY table end no transaction (MySQL "Statements That Cause an Implicit
// Commit", MariaDB the same), TRUNCATE would.
void KeyTable::create(const std::vector<std::string>& declarations, Equal equal) {
    sql::Parameters values{quoting};
    values.ident("table", name_);
    connection_.run(sql::render("schemas/mysql/read_drop_keys.sql", values));
    std::vector<sql::Rendered> columns;
    std::vector<std::string> names;
    if (equal == Equal::ByBytes) {
        columns.push_back({{}, "seq bigint unsigned NOT NULL AUTO_INCREMENT"});
        names.emplace_back("seq");
    }
    for (std::size_t i = 0; i < declarations.size(); ++i) {
        columns.push_back({{}, fmt::format("k{} {} NOT NULL", i + 1, declarations[i])});
    }
    for (std::size_t i = 1; equal == Equal::ByCollation && i <= declarations.size(); ++i) {
        names.push_back(fmt::format("k{}", i));
    }
    values.parts("columns", columns, ",\n    ").columns("key", names);
    connection_.run(sql::render("schemas/mysql/read_create_keys.sql", values));
}

void KeyTable::fill(const std::vector<std::string>& declarations,
                    const std::vector<Wire>& wires,
                    std::span<const std::string> keys,
                    Misfit misfit,
                    Equal equal) {
    create(declarations, equal);
    Inserts inserts{connection_,
                    fmt::format("INSERT {}INTO {} ({}) VALUES ",
                                misfit == Misfit::Bend ? "IGNORE " : "", quote_ident(name_),
                                key_names(declarations.size())),
                    " ON DUPLICATE KEY UPDATE k1 = k1"};
    for (const std::string& key : keys) {
        const std::vector<std::string_view> fields = fields_of(key);
        DBSYNC_CHECK(fields.size() == wires.size(), "a key has a field for each of its columns");
        std::string row = "(";
        for (std::size_t i = 0; i < fields.size(); ++i) {
            row += (i == 0 ? "" : ", ") + field_literal(fields[i], wires[i]);
        }
        inserts.add(row + ")");
    }
    inserts.flush();
}

void KeyTable::fill(std::span<const std::uint64_t> numbers) {
    create({"bigint unsigned"}, Equal::ByCollation);
    Inserts inserts{connection_, "INSERT INTO " + quote_ident(name_) + " VALUES ", {}};
    for (const std::uint64_t number : numbers) {
        inserts.add(fmt::format("({})", number));
    }
    inserts.flush();
}

}  // namespace dbsync::mysql
