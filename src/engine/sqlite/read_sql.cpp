// SPDX-License-Identifier: MIT
#include "engine/sqlite/read_sql.hpp"

#include "engine/sqlite/capture.hpp"
#include "engine/sqlite/errors.hpp"
#include "engine/sqlite/quoting.hpp"
#include "engine/sqlite/wire.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <bit>

namespace dbsync::sqlite {

namespace {

// FNV-1a (Fowler, Noll, Vo), 64 bits: it only has to spread keys.
void mix(std::uint64_t& hash, unsigned char byte) noexcept {
    hash = (hash ^ byte) * 0x100000001b3ULL;
}

void mix_text(std::uint64_t& hash, std::string_view text) noexcept {
    while (!text.empty() && text.back() == ' ') {
        text.remove_suffix(1);
    }
    for (const char c : text) {
        mix(hash, static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c));
    }
}

void mix_value(std::uint64_t& hash, sqlite3_value* value) {
    const int type = sqlite3_value_type(value);
    if (type == SQLITE_INTEGER || type == SQLITE_FLOAT) {
        auto bits = std::bit_cast<std::uint64_t>(sqlite3_value_double(value) + 0.0);
        for (; bits != 0; bits >>= 8U) {
            mix(hash, static_cast<unsigned char>(bits & 0xffU));
        }
        return;
    }
    const void* bytes = sqlite3_value_blob(value);
    const auto size = static_cast<std::size_t>(sqlite3_value_bytes(value));
    mix_text(hash, {static_cast<const char*>(bytes), size});
}

void bucket_function(sqlite3_context* context, int count, sqlite3_value** values) {
    const std::int64_t buckets = sqlite3_value_int64(values[0]);
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (int i = 1; i < count; ++i) {
        mix_value(hash, values[i]);
    }
    hash ^= hash >> 32U;
    const auto share = buckets <= 1 ? 0 : hash % static_cast<std::uint64_t>(buckets);
    sqlite3_result_int64(context, static_cast<std::int64_t>(share));
}

std::string conjunction(const Table& table) {
    std::string text;
    int number = 1;
    for (const std::string& key : table.key) {
        text += fmt::format("{}_t.{} = _k.k{}", text.empty() ? "" : " AND ", quote_ident(key),
                            number++);
    }
    return text;
}

std::string numbered(std::size_t count, const char* pattern) {
    std::string list;
    for (std::size_t i = 1; i <= count; ++i) {
        list += (list.empty() ? "" : ", ") + fmt::format(fmt::runtime(pattern), i);
    }
    return list;
}

std::vector<std::string> form_columns(const Table& table, RowForm form) {
    switch (form) {
        case RowForm::Copy:
        case RowForm::Change:
            return writable_columns(table);
        case RowForm::Compare:
            return compared_columns(table);
    }
    return {};
}

// (a, b) >= (?3, ?4)
std::string bound_condition(const Table& table, const char* comparison, std::size_t first) {
    std::string parameters;
    for (std::size_t i = 0; i < table.key.size(); ++i) {
        parameters += fmt::format("{}?{}", i == 0 ? "" : ", ", first + i);
    }
    return fmt::format("({}) {} ({})", quote_list(table.key), comparison, parameters);
}

// The columns' values where they stand for a key by their bytes, whatever their collation.
std::string same_bytes(const Table& table) {
    std::string text;
    for (std::size_t i = 0; i < table.key.size(); ++i) {
        text += fmt::format(" AND _t.{} = _k.k{} COLLATE BINARY", quote_ident(table.key[i]), i + 1);
    }
    return text;
}

// On another engine 'a' and 'A' are two keys, even where a collation here takes them for one: the
// rows that there are under their own spelling, and each spelling that no row has.
std::string select_deltas_by_bytes(const Table& table) {
    const std::string keys = numbered(table.key.size(), "k{}");
    const std::vector<std::string> columns = writable_columns(table);
    std::string nulls;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        nulls += ", NULL";
    }
    const std::string pending =
        fmt::format("FROM {} WHERE seq > ?1 AND seq <= ?2 AND (?3 = 1 OR _dbsync_bucket(?3, {}) = "
                    "?4)",
                    quote_ident(delta_name(table.id)), keys);
    const std::string rows = quote_ident(table.name.name);
    return fmt::format(
        "SELECT {0}, 1, {1} FROM (SELECT DISTINCT {2} {3} ORDER BY {2} LIMIT -1) AS _k CROSS JOIN"
        " {4} AS _t ON {5} UNION ALL SELECT {6}, 0{7} FROM (SELECT {2} {3} GROUP BY {8}) AS _k"
        " WHERE NOT EXISTS (SELECT 1 FROM {4} AS _t WHERE {5}{9})",
        quote_list(table.key, "_t.{}"), quote_list(columns, "_t.{}"), keys, pending, rows,
        conjunction(table), numbered(table.key.size(), "_k.k{}"), nulls,
        numbered(table.key.size(), "k{} COLLATE BINARY"), same_bytes(table));
}

}  // namespace

void add_bucket_function(Database& db) {
    const int code = sqlite3_create_function_v2(
        db.handle(), "_dbsync_bucket", -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
        nullptr, &bucket_function, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) {
        throw make_error(db.handle(), code,
                         {.what_failed = "cannot prepare the source connection"});
    }
}

// The keys are sorted before the rows are looked up, not the rows after: a LEFT JOIN keeps its left
// side outermost, and whole rows need no sorting. LIMIT keeps the ORDER BY of the subquery alive.
std::string select_deltas(const Table& table) {
    if (table.order_by_bytes) {
        return select_deltas_by_bytes(table);
    }
    const std::string keys = numbered(table.key.size(), "k{}");
    const std::string delta = quote_ident(delta_name(table.id));
    std::string found;
    for (std::size_t i = 0; i < table.key.size(); ++i) {
        // The row's own spelling of the key, where a collation calls several equal.
        found += fmt::format("ifnull(_t.{}, _k.k{}), ", quote_ident(table.key[i]), i + 1);
    }
    return fmt::format(
        "SELECT {0}_t.{1} IS NOT NULL, {2} FROM (SELECT DISTINCT {3} FROM {4}"
        " WHERE seq > ?1 AND seq <= ?2 AND (?3 = 1 OR _dbsync_bucket(?3, {3}) = ?4)"
        " ORDER BY {3} LIMIT -1) AS _k LEFT JOIN {5} AS _t ON {6}",
        found, quote_ident(table.key[0]), quote_list(writable_columns(table), "_t.{}"), keys, delta,
        quote_ident(table.name.name), conjunction(table));
}

std::string select_key(const Table& table, RowForm form) {
    std::string where;
    for (std::size_t i = 0; i < table.key.size(); ++i) {
        const std::string name = quote_ident(table.key[i]);
        where += fmt::format("{}{} = ?{}", i == 0 ? "" : " AND ", name, i + 1);
        if (table.order_by_bytes) {
            where += fmt::format(" AND {} = ?{} COLLATE BINARY", name, i + 1);
        }
    }
    return fmt::format("SELECT {} FROM {} WHERE {}", quote_list(form_columns(table, form)),
                       quote_ident(table.name.name), where);
}

std::string select_range(const Table& table, RowForm form, const RangeSql& range) {
    std::string where;
    if (range.lower) {
        where = " WHERE " + bound_condition(table, range.after ? ">" : ">=", 1);
    }
    if (range.upper) {
        where += range.lower ? " AND " : " WHERE ";
        where += bound_condition(table, "<", range.lower ? table.key.size() + 1 : 1);
    }
    const std::string keys = quote_list(table.key);
    return fmt::format("SELECT {}, {} FROM {}{} ORDER BY {}", quote_list(form_columns(table, form)),
                       keys, quote_ident(table.name.name), where, keys);
}

std::string select_chunk_end(const Table& table, bool lower) {
    const std::string keys = quote_list(table.key);
    return fmt::format("SELECT {} FROM {}{} ORDER BY {} LIMIT 1 OFFSET ?{}", keys,
                       quote_ident(table.name.name),
                       lower ? " WHERE " + bound_condition(table, ">=", 1) : "", keys,
                       lower ? table.key.size() + 1 : 1);
}

int row_columns(const Table& table, RowForm form) {
    return static_cast<int>(form_columns(table, form).size());
}

}  // namespace dbsync::sqlite
