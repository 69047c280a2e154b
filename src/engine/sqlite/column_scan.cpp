// SPDX-License-Identifier: MIT
#include "engine/sqlite/column_scan.hpp"

#include "engine/sqlite/quoting.hpp"
#include "engine/sqlite/translator.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace dbsync::sqlite {

namespace {

// A type that may take a column's values, and whether it has taken all so far.
struct Candidate {
    ModelType type;
    bool strict = false;  // only values stored as what the type is
    bool fits = true;
};

struct ColumnScan {
    ModelType declared;
    std::vector<Candidate> candidates;
    bool any_value = false;
    bool in_key = false;  // and for that reason not of the kind that it is declared as
};

ModelType of_kind(Kind kind, std::uint32_t size = 0) {
    ModelType type;
    type.kind = kind;
    type.size = size;
    return type;
}

void add(ColumnScan& scan, ModelType type, bool strict = true) {
    scan.candidates.push_back({std::move(type), strict});
}

ModelType moment_with_zone(const ModelType& declared) {
    ModelType type = declared;
    type.kind = Kind::Instant;
    return type;
}

// Declared types first, wider ones behind them; text before bytes, both before a mixture.
void add_candidates(ColumnScan& scan, const ColumnDetail& column) {
    const ModelType& declared = scan.declared;
    if (column.type.empty()) {
        add(scan, of_kind(Kind::Int, 8));
        add(scan, of_kind(Kind::Float64));
        add(scan, of_kind(Kind::Bytes));
    } else {
        add(scan, declared);
    }
    if (declared.kind == Kind::Bool) {
        add(scan, of_kind(Kind::Int, 8));
    } else if (declared.kind == Kind::Decimal && declared.size > 0) {
        add(scan, of_kind(Kind::Decimal));
    } else if (declared.kind == Kind::Int) {
        add(scan, of_kind(Kind::Float64));
    } else if (declared.kind == Kind::DateTime) {
        add(scan, moment_with_zone(declared));
    }
    add(scan, of_kind(Kind::Text), false);
    add(scan, of_kind(Kind::Bytes), false);
}

// Rows are looked up by their key's spelling: only types that spell a value as it is stored.
void keep_exact(ColumnScan& scan) {
    const auto is_respelled = [](Kind kind) {
        return kind != Kind::Int && kind != Kind::Float64 && kind != Kind::Text &&
               kind != Kind::Bytes;
    };
    scan.in_key = is_respelled(scan.declared.kind);
    std::erase_if(scan.candidates,
                  [&](const Candidate& each) { return is_respelled(each.type.kind); });
}

bool fits_digits(const ModelType& type, std::string_view canonical) {
    if (type.kind != Kind::Decimal || type.size == 0) {
        return true;
    }
    const auto dot = std::min(canonical.find('.'), canonical.size());
    std::size_t whole = dot - (canonical.starts_with('-') ? 1 : 0);
    whole = canonical.substr(dot - whole, whole) == "0" ? 0 : whole;
    const std::size_t fraction = canonical.size() - std::min(dot + 1, canonical.size());
    return fraction <= type.scale && whole + type.scale <= type.size;
}

// Whether the storage class is what the type is made for.
bool is_stored_as(Kind kind, char storage) {
    switch (kind) {
        case Kind::Bool:
        case Kind::Int: return storage == 'i';
        case Kind::Float32:
        case Kind::Float64: return storage == 'i' || storage == 'r';
        case Kind::Bytes: return storage == 'b';
        case Kind::Decimal:
        case Kind::Json:
        case Kind::Uuid: return true;
        case Kind::Text:
        case Kind::Date:
        case Kind::Time:
        case Kind::DateTime:
        case Kind::Instant:
        case Kind::Bits: return storage == 't';
    }
    return false;
}

// A moment without an offset is no instant: which zone it was meant in is not known.
bool has_zone(std::string_view text) {
    return !canonical_datetime(text).has_value();
}

bool takes(const Candidate& candidate, const WireValueView& value, std::string& scratch) {
    const Kind kind = candidate.type.kind;
    if (candidate.strict && !is_stored_as(kind, value.storage)) {
        return false;
    }
    if (kind == Kind::Text && value.storage == 't') {
        return true;
    }
    scratch.clear();
    if (read_value(kind, value, scratch)) {
        return false;
    }
    return fits_digits(candidate.type, scratch) &&
           (kind != Kind::Instant || has_zone(value.text)) &&
           (kind != Kind::DateTime || !has_zone(value.text));
}

// The column's value with numbers as digits.
WireValueView value_of(const Statement& row, int column, std::array<char, 64>& digits) {
    WireValueView value{.null = false, .storage = 't', .text = {}};
    char* const end = digits.data() + digits.size();
    switch (row.type(column)) {
        case SQLITE_NULL: return {};
        case SQLITE_INTEGER:
            value.storage = 'i';
            value.text = {digits.data(),
                          std::to_chars(digits.data(), end, row.integer(column)).ptr};
            break;
        case SQLITE_FLOAT:
            value.storage = 'r';
            value.text = {digits.data(), std::to_chars(digits.data(), end, row.real(column)).ptr};
            break;
        case SQLITE_BLOB:
            value.storage = 'b';
            value.text = row.blob(column);
            break;
        default: value.text = row.text(column);
    }
    return value;
}

// Every candidate sees every value: which one is left is known only at the end.
void look_at(ColumnScan& scan, const WireValueView& value, std::string& scratch) {
    scan.any_value = true;
    for (Candidate& candidate : scan.candidates) {
        candidate.fits = candidate.fits && takes(candidate, value, scratch);
    }
}

ModelType chosen(const ColumnScan& scan, const ColumnDetail& column) {
    if (!scan.any_value) {
        return scan.candidates.front().type.kind == scan.declared.kind ? scan.declared
                                                                       : of_kind(Kind::Text);
    }
    for (const Candidate& candidate : scan.candidates) {
        if (candidate.fits) {
            ModelType type = candidate.type;
            if (!column.type.empty() && type.kind != scan.declared.kind) {
                type.note = std::string{"declared "} + column.type + ", kept as " +
                            kind_name(type.kind) +
                            (scan.in_key ? ", as it is part of the key"
                                         : " because of what it holds");
            }
            return type;
        }
    }
    ModelType text = of_kind(Kind::Text);
    text.note = "holds texts, numbers and blobs side by side: blobs have no form";
    return text;
}

void read_rows(Database& db, const TableShape& shape, std::vector<ColumnScan>& scans) {
    const Transaction snapshot{db, Transaction::Kind::Deferred};
    std::vector<std::string> names;
    for (const ColumnDetail& column : shape.columns) {
        names.push_back(column.name);
    }
    Statement rows{db, "SELECT " + quote_list(names) + " FROM " +
                           quote_ident(shape.table.name.name)};
    std::array<char, 64> digits{};
    std::string scratch;
    while (rows.step()) {
        for (std::size_t i = 0; i < scans.size(); ++i) {
            const WireValueView value = value_of(rows, static_cast<int>(i), digits);
            if (!value.null) {
                look_at(scans[i], value, scratch);
            }
        }
    }
}

}  // namespace

std::vector<ModelType> scan_columns(Database& database, const TableShape& shape) {
    std::vector<ColumnScan> scans;
    for (const ColumnDetail& column : shape.columns) {
        ColumnScan scan{.declared = declared_type(column.type), .candidates = {}};
        add_candidates(scan, column);
        const auto& key = shape.table.key;
        if (std::find(key.begin(), key.end(), column.name) != key.end() ||
            column.key_position > 0) {
            keep_exact(scan);
        }
        scans.push_back(std::move(scan));
    }
    read_rows(database, shape, scans);
    std::vector<ModelType> types;
    for (std::size_t i = 0; i < scans.size(); ++i) {
        types.push_back(chosen(scans[i], shape.columns[i]));
    }
    return types;
}

}  // namespace dbsync::sqlite
