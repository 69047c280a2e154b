// SPDX-License-Identifier: MIT
// Rows on their way between two engines. The phases see them in canonical form (row/canonical.hpp),
// with a flag in forms Copy and Change that says what the row is:
//   Copy     the flag | the columns
//   Change   the key | the flag | the columns
//   Compare  the key | the columns
// A row that is put aside carries four more fields: its key, column, reason, and the row as JSON.
// The key of a table without one is its row's digest (of its JSON where the row is put aside).
// In form Compare a row that is put aside has two fields behind its key: put_aside_mark, which is
// no value's spelling, and the digest of its JSON; both ends must have it.
#pragma once

#include "engine/cross/crossing.hpp"
#include "row/row_block.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbsync::cross {

inline constexpr std::string_view flag_absent = "0";
inline constexpr std::string_view flag_present = "1";
inline constexpr std::string_view flag_put_aside = "2";

// Why NULL has no form in a column that is declared so on the target alone.
inline constexpr std::string_view null_into_not_null = "the column is NOT NULL there";

inline constexpr std::string_view put_aside_mark = "\\A";
// Before the digest of a value of a row of form Compare that is longer than `long_value_bytes`.
inline constexpr std::string_view digest_mark = "\\D";

// A row of form Compare that is put aside.
void append_put_aside(const std::string& key, const std::string& row, RowBlock& block);

// Takes an engine's rows and hands on canonical ones. Throws Error{Unrepresentable} naming table,
// key, column and value where the options say so, and always where it is the key that has no form:
// a row without its key could not be found again.
class ToCanonical : public RowSink {
  public:
    // Rows of the source. `writer` is asked, unless the answer to a value without a form is Fail,
    // whether the target can take each value (with Fail the target's own session finds out).
    ToCanonical(const TablePlan& plan,
                Translator& translator,
                Translator& writer,
                RowForm form,
                OnUnrepresentable on_unrepresentable,
                RowSink& sink);
    // Rows of the target, in form Compare. A value without a form differs from every value.
    ToCanonical(const TablePlan& plan, Translator& translator, RowSink& sink);
    void push(RowBlock block) override;
    void flush();

  private:
    struct Problem {
        std::size_t column = 0;
        std::string reason;
    };
    void find_columns();
    const ColumnCrossing& crossing(std::size_t column) const;
    bool take_row(std::string_view& rows);
    std::optional<NoForm> spell_value(std::size_t column);
    bool may_be_null(std::size_t column) const;
    bool spell(std::string& fields, Problem& problem);
    void put_key();
    void put_value(std::size_t column, std::string& fields);
    void let_go();
    void put_spelled_key(const std::string& fields);
    void put_front(std::string_view flag);
    void put_row(std::string_view fields, std::string_view flag);
    void end_row();
    bool put_present(Problem& problem);
    bool key_has_form();
    bool put_to_compare(Problem& problem);
    std::string put_aside_key(const std::string& row) const;
    void put_aside(const Problem& problem);
    void put_aside_to_compare();
    [[noreturn]] void refuse(const Problem& problem) const;
    void require_unreferred(const Problem& problem) const;
    std::string shown_key() const;
    std::string as_json() const;

    const TablePlan& plan_;
    Translator& translator_;
    Translator* writer_ = nullptr;
    bool by_target_;
    RowForm form_;
    OnUnrepresentable on_unrepresentable_;
    RowSink& sink_;
    std::size_t key_values_ = 0;           // in front of the engine's own rows
    std::vector<std::size_t> at_;          // where each planned column stands behind the key
    std::size_t values_in_row_ = 0;
    std::vector<WireValueView> values_;
    std::string scratch_;
    std::string written_;
    std::string fields_;
    std::vector<std::size_t> ends_;  // of the columns, from where the row's fields were put
    bool all_have_form_ = true;      // the target's values of the row
    RowBlock block_;
};

// Takes canonical rows of form Copy or Change and hands on the target's own.
class FromCanonical {
  public:
    FromCanonical(const TablePlan& plan, Translator& translator, RowForm form);

    // Appends the row in the target's form to `rows`, unless it is put aside and form is Copy, or
    // is gone and its key has no form here.
    // Whether a row was appended.
    bool add(std::string_view row, std::string& rows);

    // Rows that were put aside, and keys of those that were not, since the last take.
    std::vector<QuarantinedRow> put_aside;
    std::vector<std::string> settled;

  private:
    bool write(std::size_t column, std::string_view field, std::size_t place);
    [[noreturn]] void refuse(std::size_t column,
                             std::string_view field,
                             std::span<const std::string_view> row) const;

    const TablePlan& plan_;
    Translator& translator_;
    RowForm form_;
    std::vector<std::size_t> source_of_;   // which planned column each of the row's values is
    std::vector<WireValueView> values_;
    std::vector<std::string> held_;        // the bytes of `values_`
    std::optional<NoForm> problem_;        // of the value that was written last
};

}  // namespace dbsync::cross
