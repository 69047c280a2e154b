// SPDX-License-Identifier: MIT
#include "engine/mysql/make_columns.hpp"

#include "base/error.hpp"
#include "engine/mysql/declare.hpp"
#include "engine/mysql/quoting.hpp"
#include "engine/mysql/translator_types.hpp"
#include "sql/tokens.hpp"
#include "sql/type_words.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace dbsync::mysql {

namespace {

// MySQL 9.x "Limits on Table Column Count and Row Size": without what TEXTs and BLOBs hold.
constexpr std::uint64_t row_bytes_max = 65'000;
// MySQL 9.x "InnoDB Limits"; MariaDB takes more.
constexpr std::size_t index_columns_max = 16;
// Foreign keys of foreign keys.
constexpr int reference_depth_max = 16;

[[noreturn]] void refuse_type(const ModelColumn& column, const std::string& why,
                              const std::string& hint) {
    throw Error{{.kind = ErrorKind::Usage,
                 .what_failed = "--map gives column " + column.name + " the type " +
                                column.declared + ", " + why,
                 .hint = hint}};
}

// The operator's own words go into the statement as they are: they must be a type and nothing else.
void require_type(const ModelColumn& column) {
    if (const auto behind = sql::word_behind_type(column.declared)) {
        refuse_type(column, "and " + *behind + " is part of no type",
                    "write the type alone: the rest is as the source has it");
    }
    int depth = 0;
    bool good = true;
    std::vector<sql::Token> tokens = sql::tokenize(column.declared);
    tokens.pop_back();  // the end
    for (const sql::Token& token : tokens) {
        depth += token.is_symbol('(') ? 1 : token.is_symbol(')') ? -1 : 0;
        const bool inside =
            depth > 0 && (token.is_symbol(',') || token.kind == sql::TokenKind::String);
        good = good && depth >= 0 &&
               (token.kind == sql::TokenKind::Word || token.is_symbol('(') ||
                token.is_symbol(')') || inside);
    }
    if (!good || depth != 0 || tokens.empty()) {
        refuse_type(column, "which is no type's name",
                    "write a type of MySQL, for example decimal(20,0) or varchar(100)");
    }
}

bool has_length(Form form) noexcept {
    return form == Form::Char || form == Form::Binary;
}

bool is_long(Form form) noexcept {
    return form == Form::Text || form == Form::Blob;
}

std::uint32_t length_of(const DeclaredType& type) noexcept {
    return type.first < 0 ? 1 : static_cast<std::uint32_t>(type.first);
}

// Bytes in a key; of texts and bytes without a limit 0.
std::uint32_t key_bytes(const std::string& declared) {
    const DeclaredType type = declared_type(declared);
    if (type.form == Form::Char) {
        const bool narrow = declared.find("ascii") != std::string::npos;
        return length_of(type) * (narrow ? 1 : character_bytes);
    }
    if (type.form == Form::Decimal) {
        return 32;
    }
    const bool unlimited = is_long(type.form) || type.form == Form::Json;
    return type.form == Form::Binary ? length_of(type) : unlimited ? 0 : 8;
}

// What a key may hold of each of its columns in bytes, so that all of them fit: the short ones as
// they are, the long ones an equal part of the rest. 0 is without limit; `fixed` ones come first.
std::vector<std::uint32_t> shares(const std::vector<std::uint32_t>& wanted,
                                  const std::vector<bool>& fixed = {}) {
    std::vector<std::size_t> order(wanted.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        order[i] = i;
    }
    const auto size = [&](std::size_t i) { return wanted[i] == 0 ? key_bytes_max : wanted[i]; };
    const auto is_fixed = [&](std::size_t i) { return i < fixed.size() && fixed[i]; };
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return std::pair{!is_fixed(a), size(a)} < std::pair{!is_fixed(b), size(b)};
    });
    std::vector<std::uint32_t> given(wanted.size());
    std::uint32_t left = key_bytes_max;
    auto columns = static_cast<std::uint32_t>(order.size());
    for (const std::size_t i : order) {
        const std::uint32_t part = left / columns--;
        given[i] = is_fixed(i) ? std::min(size(i), left) : std::min(size(i), part);
        left -= given[i];
    }
    return given;
}

bool same_columns(std::vector<std::string> a, std::vector<std::string> b) {
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    return a == b;
}

std::uint64_t row_bytes(const std::string& declared) {
    const DeclaredType type = declared_type(declared);
    return is_long(type.form) ? 12 : has_length(type.form) ? key_bytes(declared) + 2U : 9;
}

// Texts and bytes of any length are compared with each other.
bool can_be_compared(const std::string& a, const std::string& b) {
    const DeclaredType one = declared_type(a);
    const DeclaredType other = declared_type(b);
    return a == b || (one.form == other.form && one.is("varchar") && other.is("varchar")) ||
           (one.form == other.form && one.is("varbinary") && other.is("varbinary"));
}

}  // namespace

const ModelColumn* find_column(const ModelTable& table, const std::string& name) {
    const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                    [&](const ModelColumn& each) { return each.name == name; });
    return found == table.columns.end() ? nullptr : &*found;
}

MadeColumns::MadeColumns(const SchemaModel& model) {
    for (const ModelTable& table : model.tables) {
        tables_[table.name] = &table;
    }
    for (const ModelTable& table : model.tables) {
        find_keys(table);
    }
    for (const ModelTable& table : model.tables) {
        declare_columns(table);
    }
    bool changed = true;
    for (int depth = 0; changed && depth < reference_depth_max; ++depth) {
        changed = false;
        for (const ModelTable& table : model.tables) {
            for (const ModelForeignKey& key : table.foreign_keys) {
                changed = refer(table, key) || changed;
            }
        }
    }
    for (const ModelTable& table : model.tables) {
        fit_row(table);
    }
}

// The primary key, unique indexes and foreign keys hold whole values.
void MadeColumns::find_keys(const ModelTable& table) {
    share_key(table, table.key);
    for (const ModelIndex& index : table.indexes) {
        if (index.unique) {
            share_key(table, index.columns);
        }
    }
    for (const ModelForeignKey& key : table.foreign_keys) {
        if (reference(key).parent != nullptr) {
            share_key(table, key.columns);
        }
    }
}

// Known before any row is copied, not when the index is made.
void MadeColumns::share_key(const ModelTable& table, const std::vector<std::string>& columns) {
    if (columns.size() > index_columns_max) {
        throw Error{{.kind = ErrorKind::Unsupported,
                     .what_failed = fmt::format("a key of {} has {} columns, and MySQL's have at "
                                                "most {}",
                                                table.name.display(), columns.size(),
                                                index_columns_max),
                     .table = table.name.display(),
                     .hint = "make the target's schema by hand and run with --schema none"}};
    }
    std::vector<std::uint32_t> wanted;
    std::vector<bool> fixed;
    for (const std::string& name : columns) {
        const ModelColumn* column = find_column(table, name);
        fixed.push_back(column != nullptr && !column->declared.empty() &&
                        key_bytes(column->declared) != 0);
        wanted.push_back(column == nullptr             ? 8
                         : column->declared.empty()    ? key_bytes(declare(column->type, false))
                                                       : key_bytes(column->declared));
    }
    const std::vector<std::uint32_t> given = shares(wanted, fixed);
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const std::uint32_t chars = std::max(1U, given[i] / character_bytes);
        const auto [known, fresh] = key_chars_.try_emplace({table.name, columns[i]}, chars);
        known->second = fresh ? chars : std::min(known->second, chars);
    }
}

void MadeColumns::declare_columns(const ModelTable& table) {
    for (const ModelColumn& column : table.columns) {
        const auto key = key_chars_.find({table.name, column.name});
        const bool in_key = key != key_chars_.end();
        std::string type = column.declared;
        if (type.empty()) {
            type = declare(column.type, in_key, in_key ? key->second : key_chars_max);
        } else {
            require_type(column);
            const Form form = declared_type(type).form;
            const bool is_short = !is_long(form) && form != Form::Json;
            if (in_key && (!is_short || key_bytes(type) > key_bytes_max)) {
                refuse_type(column, "which cannot be part of a key",
                            fmt::format("choose varchar({}) or less", key->second));
            }
        }
        types_[{table.name, column.name}] = std::move(type);
    }
}

// Whether a type changed. A child that the operator gave a type keeps it.
bool MadeColumns::refer(const ModelTable& table, const ModelForeignKey& key) {
    const Reference found = reference(key);
    bool changed = false;
    for (std::size_t i = 0; i < found.columns.size(); ++i) {
        const ModelColumn* child = find_column(table, found.columns[i]);
        if (child == nullptr) {
            continue;
        }
        std::string& own = types_.at({table.name, child->name});
        const std::string& there = types_.at({found.parent->name, found.parent_columns[i]});
        if (can_be_compared(own, there)) {
            continue;
        }
        if (!child->declared.empty()) {
            refuse_type(*child, "but it refers to a column of the type " + there,
                        "give both columns the same type");
        }
        own = there;
        changed = true;
    }
    return changed;
}

// The longest VARCHARs that are in no key become LONGTEXTs.
void MadeColumns::fit_row(const ModelTable& table) {
    for (;;) {
        std::uint64_t bytes = 0;
        std::string* longest = nullptr;
        for (const ModelColumn& column : table.columns) {
            const ColumnId id{table.name, column.name};
            std::string& type = types_.at(id);
            bytes += row_bytes(type);
            if (has_length(declared_type(type).form) && column.declared.empty() &&
                !key_chars_.contains(id) &&
                (longest == nullptr || row_bytes(type) > row_bytes(*longest))) {
                longest = &type;
            }
        }
        if (bytes <= row_bytes_max || longest == nullptr) {
            return;
        }
        *longest = declared_type(*longest).form == Form::Char ? "longtext" : "longblob";
    }
}

std::string MadeColumns::index_columns(const ModelTable& table, const ModelIndex& index) const {
    std::vector<std::uint32_t> wanted;
    for (const std::string& name : index.columns) {
        const auto type = types_.find({table.name, name});
        if (type == types_.end() || declared_type(type->second).form == Form::Json) {
            return {};
        }
        wanted.push_back(key_bytes(type->second));
    }
    wanted.resize(std::min(wanted.size(), index_columns_max));
    const std::vector<std::uint32_t> given = shares(wanted);
    std::string list;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        list += (i == 0 ? "" : ", ") + quote_ident(shortened_name(index.columns[i]));
        const Form form = declared_type(type(table, index.columns[i])).form;
        if (wanted[i] == 0 || given[i] < wanted[i]) {
            const bool text = form == Form::Char || form == Form::Text;
            list += fmt::format("({})", text ? given[i] / character_bytes : given[i]);
        }
        list += i < index.descending.size() && index.descending[i] ? " DESC" : "";
    }
    return list;
}

MadeColumns::Reference MadeColumns::reference(const ModelForeignKey& key) const {
    const auto parent = tables_.find(key.parent);
    if (parent == tables_.end() || key.columns.size() != key.parent_columns.size()) {
        return {};
    }
    const ModelTable& table = *parent->second;
    std::vector<std::string> order;
    if (same_columns(table.key, key.parent_columns)) {
        order = table.key;
    }
    for (const ModelIndex& index : table.indexes) {
        if (order.empty() && index.unique && same_columns(index.columns, key.parent_columns)) {
            order = index.columns;
        }
    }
    Reference found{.parent = order.empty() ? nullptr : &table, .columns = {},
                    .parent_columns = order};
    for (const std::string& name : order) {
        const auto at = std::find(key.parent_columns.begin(), key.parent_columns.end(), name);
        found.columns.push_back(
            key.columns[static_cast<std::size_t>(at - key.parent_columns.begin())]);
    }
    return found;
}

}  // namespace dbsync::mysql
