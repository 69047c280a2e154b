// SPDX-License-Identifier: MIT
#include "engine/sqlite/translator.hpp"

#include "base/error.hpp"
#include "engine/sqlite/wire.hpp"

#include <array>
#include <bit>
#include <charconv>

namespace dbsync::sqlite {

namespace {

[[noreturn]] void refuse_target() {
    throw Error{{.kind = ErrorKind::Unsupported,
                 .what_failed = "SQLite is no target for another engine",
                 .hint = "give PostgreSQL, MySQL or MariaDB as --target"}};
}

template <typename Number>
void spell(Number number, std::string& text) {
    std::array<char, 64> buffer{};
    const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
    text.assign(buffer.data(), written.ptr);
}

std::optional<std::int64_t> integer_of(std::string_view text) noexcept {
    std::int64_t number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    return parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size()
               ? std::optional{number}
               : std::nullopt;
}

std::optional<double> real_of(std::string_view text) noexcept {
    double number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    return parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size()
               ? std::optional{number}
               : std::nullopt;
}

void append_value(std::string& row, const WireValueView& value) {
    if (value.null) {
        append_null(row);
    } else if (value.storage == 'i') {
        append_integer(row, integer_of(value.text).value_or(0));
    } else if (value.storage == 'r') {
        append_real(row, real_of(value.text).value_or(0));
    } else if (value.storage == 'b') {
        append_blob(row, value.text);
    } else {
        append_text(row, value.text);
    }
}

// What is stored for a number: SQLite finds 1, 1.0 and '1' in a numeric column by either.
char storage_of_number(std::string_view canonical) noexcept {
    return integer_of(canonical) ? 'i' : real_of(canonical) ? 'r' : 't';
}

class SqliteTranslator final : public Translator {
  public:
    void split(std::string_view& rows,
               std::size_t columns,
               std::vector<WireValueView>& values) override;
    void join(std::string& rows, std::span<const WireValueView> values) override {
        for (const WireValueView& value : values) {
            append_value(rows, value);
        }
    }
    std::vector<std::string> columns_of(const Table& table, RowForm form) const override;
    std::string join_key(std::span<const WireValueView> values) override {
        std::string key;
        join(key, values);
        return key;
    }
    std::string join_bound(std::span<const WireValueView> values) override {
        return bound_text(join_key(values));
    }
    void split_bound(std::string_view bound,
                     std::size_t columns,
                     std::vector<WireValueView>& values) override {
        bound_ = parse_bound(bound);
        std::string_view rest = bound_;
        split(rest, columns, values);
    }
    std::optional<NoForm> read(const ColumnCrossing& crossing,
                               const WireValueView& value,
                               std::string& out) override {
        return read_value(crossing, value, out);
    }
    std::optional<NoForm> write(const ColumnCrossing& crossing,
                                std::string_view canonical,
                                std::string& out,
                                WireValueView& value) override;
    ModelType type_of(const Column& column) const override { return declared_type(column.type); }
    std::string declare(const ModelType& /*type*/, bool /*in_key*/) const override {
        refuse_target();
    }
    TableName rename(const TableName& /*name*/) const override { refuse_target(); }
    std::string rename_column(const std::string& /*name*/) const override { refuse_target(); }
    MadeSchema make_schema(const SchemaModel& /*model*/) const override {
        refuse_target();
    }

  private:
    std::vector<std::string> held_;  // numbers as digits, by place
    std::string bound_;
};

void SqliteTranslator::split(std::string_view& rows,
                             std::size_t columns,
                             std::vector<WireValueView>& values) {
    if (held_.size() < columns) {
        held_.resize(columns);
    }
    values.clear();
    WireReader reader{rows};
    for (std::size_t place = 0; place < columns; ++place) {
        const WireValue value = reader.next();
        std::string& digits = held_[place];
        switch (value.tag) {
            case Tag::Null: values.push_back({}); break;
            case Tag::Integer:
                spell(value.integer, digits);
                values.push_back({.null = false, .storage = 'i', .text = digits});
                break;
            case Tag::Real:
                spell(value.real, digits);
                values.push_back({.null = false, .storage = 'r', .text = digits});
                break;
            case Tag::Text:
            case Tag::Blob:
                values.push_back({.null = false,
                                  .storage = value.tag == Tag::Text ? 't' : 'b',
                                  .text = value.bytes});
                break;
        }
    }
    rows.remove_prefix(rows.size() - reader.left());
}

std::vector<std::string> SqliteTranslator::columns_of(const Table& table, RowForm form) const {
    if (form != RowForm::Compare) {
        return writable_columns(table);
    }
    std::vector<std::string> names;
    for (const Column& column : table.columns) {
        names.push_back(column.name);
    }
    return names;
}

// For keys that are looked up: as the column stores them.
std::optional<NoForm> SqliteTranslator::write(const ColumnCrossing& crossing,
                                              std::string_view canonical,
                                              std::string& out,
                                              WireValueView& value) {
    const Affinity affinity = affinity_of(crossing.column.type);
    value = {.null = false, .storage = 't', .text = {}};
    switch (crossing.kind) {
        case Kind::Bytes: {
            const auto bytes = bytes_of(canonical);
            if (!bytes) {
                return NoForm{"bytes with an odd number of digits"};
            }
            out += *bytes;
            value.storage = affinity == Affinity::Text ? 't' : 'b';
            break;
        }
        case Kind::Bool:
        case Kind::Int:
        case Kind::Decimal:
        case Kind::Float32:
        case Kind::Float64:
            out += canonical;
            value.storage = affinity == Affinity::Text ? 't' : storage_of_number(canonical);
            break;
        case Kind::Text:
        case Kind::Date:
        case Kind::Time:
        case Kind::DateTime:
        case Kind::Instant:
        case Kind::Json:
        case Kind::Uuid:
        case Kind::Bits: out += canonical; break;
    }
    value.text = out;
    return std::nullopt;
}

}  // namespace

std::unique_ptr<Translator> make_translator() {
    return std::make_unique<SqliteTranslator>();
}

}  // namespace dbsync::sqlite
