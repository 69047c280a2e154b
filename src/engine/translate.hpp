// SPDX-License-Identifier: MIT
// What an engine must be able to do for a move to or from another engine, beside Source and Target:
// take its own rows apart and put them together, and spell its values in canonical form. One
// implementation a engine (engine/<e>/translator.hpp); registry.cpp knows which.
#pragma once

#include "engine/schema_item.hpp"
#include "row/canonical.hpp"
#include "row/row_block.hpp"
#include "row/schema_model.hpp"
#include "row/table.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbsync {

// A value as the engine's rows carry it, without the escapes of the wire form.
struct WireValueView {
    bool null = true;
    // What the value is stored as, where rows say so (SQLite): 'i'nteger, 'r'eal, 't'ext, 'b'lob;
    // 't' on engines whose columns have one type.
    char storage = 't';
    std::string_view text;  // integers and reals as digits; a blob's bytes as they are
};

// How the values of one column cross. `source` is the column on the end that the translator reads
// or writes; `kind` is the same for both ends.
struct ColumnCrossing {
    Column column;
    Kind kind = Kind::Text;
    ModelType type;  // the target's column
};

// Why a value has no form on the other end: "year -44 is before 0001", "text with a NUL byte".
struct NoForm {
    std::string reason;
};

// Thread rule: one object is used by one thread at a time.
class Translator {
  public:
    virtual ~Translator() = default;

    // Takes the next row off the front of `rows` (this engine's wire form) and gives its values;
    // they are valid until the next call and while the bytes of `rows` are. `columns` is how many
    // values the row has.
    virtual void split(std::string_view& rows,
                       std::size_t columns,
                       std::vector<WireValueView>& values) = 0;
    // Appends a row of this engine's wire form. Values as write() made them.
    virtual void join(std::string& rows, std::span<const WireValueView> values) = 0;
    // Names of the columns whose values make up a row of a table in this engine's wire form, in
    // their order, behind the key (and behind the flag of form Change).
    [[nodiscard]] virtual std::vector<std::string> columns_of(const Table& table,
                                                              RowForm form) const = 0;
    // A key as this engine's readers and sessions take it (as in front of a Compare row), and a
    // chunk's bound.
    virtual std::string join_key(std::span<const WireValueView> values) = 0;
    virtual std::string join_bound(std::span<const WireValueView> values) = 0;
    virtual void split_bound(std::string_view bound, std::size_t columns,
                             std::vector<WireValueView>& values) = 0;

    // The canonical spelling of a value that is not NULL, appended to `out` (without escapes).
    virtual std::optional<NoForm> read(const ColumnCrossing& crossing,
                                       const WireValueView& value,
                                       std::string& out) = 0;
    // This engine's value of a canonical spelling, for a row to be written or a key to be looked
    // up (so a source must be able to do it for the columns of its keys); `out` holds the bytes
    // that `value` points to.
    virtual std::optional<NoForm> write(const ColumnCrossing& crossing,
                                        std::string_view canonical,
                                        std::string& out,
                                        WireValueView& value) = 0;

    // The type of one of this engine's columns in common words: what its values may be.
    [[nodiscard]] virtual ModelType type_of(const Column& column) const = 0;
    // How this engine declares a type; `in_key` where it is part of a key or index.
    [[nodiscard]] virtual std::string declare(const ModelType& type, bool in_key) const = 0;
    // Whether values of a key that this engine takes for equal are spelled alike, or are looked up
    // by their spelling. If not, rows cannot be followed by it on another engine.
    [[nodiscard]] virtual bool tells_apart(const Column& /*column*/) const { return true; }
    // Values longer than this may not fit into an index; 0 where parts of them are indexed. Bytes.
    [[nodiscard]] virtual std::size_t index_value_bytes_max() const { return 0; }
    // What this engine calls a table of that name of another engine: its default schema, folded
    // and shortened by its own rules.
    [[nodiscard]] virtual TableName rename(const TableName& name) const = 0;
    [[nodiscard]] virtual std::string rename_column(const std::string& name) const = 0;
    // Statements that make the schema here. Names in the model are the other engine's.
    [[nodiscard]] virtual MadeSchema make_schema(const SchemaModel& model) const = 0;
};

}  // namespace dbsync
