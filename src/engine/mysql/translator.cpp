// SPDX-License-Identifier: MIT
#include "engine/mysql/translator.hpp"

#include "engine/field_splitter.hpp"
#include "engine/mysql/catalog.hpp"
#include "engine/mysql/declare.hpp"
#include "engine/mysql/make_schema.hpp"
#include "engine/mysql/translator_types.hpp"
#include "engine/mysql/translator_values.hpp"
#include "engine/mysql/wire.hpp"

#include <algorithm>
#include <utility>

namespace dbsync::mysql {

namespace {

// Hexadecimal fields have nothing to escape, so that what a column is need not be known.
void append_values(std::string& line, std::span<const WireValueView> values) {
    bool first = true;
    for (const WireValueView& value : values) {
        if (!std::exchange(first, false)) {
            line += '\t';
        }
        if (value.null) {
            append_null(line);
        } else {
            append_field(line, value.text, Wire::Text);
        }
    }
}

std::string joined(std::span<const WireValueView> values) {
    std::string line;
    append_values(line, values);
    return line;
}

// Values of binary columns stay the hexadecimal digits that they are in rows.
void unescape(std::string_view field, std::string& text) {
    text = field_value(field).value_or("");
}

class MysqlTranslator final : public Translator {
  public:
    void split(std::string_view& rows,
               std::size_t columns,
               std::vector<WireValueView>& values) override {
        fields_.split(rows, columns, values);
    }
    void join(std::string& rows, std::span<const WireValueView> values) override {
        make_room(rows, values);
        append_values(rows, values);
        rows += '\n';
    }
    std::vector<std::string> columns_of(const Table& table, RowForm form) const override {
        return form == RowForm::Compare ? compared_columns(table) : writable_columns(table);
    }
    std::string join_key(std::span<const WireValueView> values) override {
        return joined(values);
    }
    std::string join_bound(std::span<const WireValueView> values) override {
        return joined(values);
    }
    void split_bound(std::string_view bound,
                     std::size_t columns,
                     std::vector<WireValueView>& values) override {
        split(bound, columns, values);
    }

    std::optional<NoForm> read(const ColumnCrossing& crossing,
                               const WireValueView& value,
                               std::string& out) override {
        return read_value(crossing, value.text, out);
    }
    std::optional<NoForm> write(const ColumnCrossing& crossing,
                                std::string_view canonical,
                                std::string& out,
                                WireValueView& value) override {
        if (auto problem = write_value(crossing, canonical, out)) {
            return problem;
        }
        value = {.null = false, .storage = 't', .text = out};
        return std::nullopt;
    }

    ModelType type_of(const Column& column) const override { return model_type(column.type); }
    std::string declare(const ModelType& type, bool in_key) const override {
        return mysql::declare(type, in_key);
    }
    TableName rename(const TableName& name) const override { return target_name(name); }
    std::string rename_column(const std::string& name) const override {
        return shortened_name(name);
    }
    MadeSchema make_schema(const SchemaModel& model) const override {
        return mysql::make_schema(model);
    }

  private:
    FieldSplitter fields_{unescape};
};

}  // namespace

std::unique_ptr<Translator> make_translator() {
    return std::make_unique<MysqlTranslator>();
}

}  // namespace dbsync::mysql
