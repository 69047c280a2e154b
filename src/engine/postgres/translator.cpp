// SPDX-License-Identifier: MIT
#include "engine/postgres/translator.hpp"

#include "engine/field_splitter.hpp"
#include "engine/postgres/make_schema.hpp"
#include "engine/postgres/row_query.hpp"
#include "engine/postgres/translator_types.hpp"
#include "engine/postgres/translator_values.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace dbsync::postgres {

namespace {

// What COPY's text form escapes, and by which letter (documentation of COPY, "Text Format").
constexpr std::array<char, 256> escapes = [] {
    std::array<char, 256> letters{};
    letters['\\'] = '\\';
    letters['\b'] = 'b';
    letters['\f'] = 'f';
    letters['\n'] = 'n';
    letters['\r'] = 'r';
    letters['\t'] = 't';
    letters['\v'] = 'v';
    return letters;
}();

char letter_of(char c) noexcept {
    return escapes[static_cast<unsigned char>(c)];
}

char unescaped(char c) noexcept {
    switch (c) {
        case 'b': return '\b';
        case 'f': return '\f';
        case 'n': return '\n';
        case 'r': return '\r';
        case 't': return '\t';
        case 'v': return '\v';
        default: return c;
    }
}

void append_escaped(std::string& row, std::string_view text) {
    const char* plain = text.data();
    const char* const end = plain + text.size();
    for (const char* at = plain; at != end; ++at) {
        if (const char letter = letter_of(*at); letter != '\0') {
            row.append(plain, at);
            row += '\\';
            row += letter;
            plain = at + 1;
        }
    }
    row.append(plain, end);
}

void append_values(std::string& row, std::span<const WireValueView> values) {
    bool first = true;
    for (const WireValueView& value : values) {
        if (!std::exchange(first, false)) {
            row += '\t';
        }
        if (value.null) {
            row += "\\N";
        } else {
            append_escaped(row, value.text);
        }
    }
}

std::string joined(std::span<const WireValueView> values) {
    std::string line;
    append_values(line, values);
    return line;
}

void unescape(std::string_view field, std::string& text) {
    auto escape = field.find('\\');
    while (escape != std::string_view::npos && escape + 1 < field.size()) {
        text += field.substr(0, escape);
        text += unescaped(field[escape + 1]);
        field.remove_prefix(escape + 2);
        escape = field.find('\\');
    }
    text += field;
}

class PostgresTranslator final : public Translator {
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
        return form == RowForm::Compare ? all_columns(table) : writable_columns(table);
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

    ModelType type_of(const Column& column) const override {
        return model_type(type_spelling(column.type));
    }
    std::string declare(const ModelType& type, bool in_key) const override {
        return postgres::declare(type, in_key);
    }
    // A third of a page (documentation of 15, section 67.4.1), and compressed values are shorter.
    std::size_t index_value_bytes_max() const override { return 2'704; }
    TableName rename(const TableName& name) const override { return target_name(name); }
    bool tells_apart(const Column& column) const override {
        return spells_equals_alike(form_of(type_spelling(column.type)));
    }
    std::string rename_column(const std::string& name) const override {
        return shortened_name(name);
    }
    MadeSchema make_schema(const SchemaModel& model) const override {
        return postgres::make_schema(model);
    }

  private:
    FieldSplitter fields_{unescape};
};

}  // namespace

std::unique_ptr<Translator> make_translator() {
    return std::make_unique<PostgresTranslator>();
}

}  // namespace dbsync::postgres
