// SPDX-License-Identifier: MIT
#include "engine/mysql/target_stage_writer.hpp"

#include "engine/mysql/read_sql.hpp"

#include <fmt/format.h>

#include <iterator>
#include <string_view>
#include <utility>

namespace dbsync::mysql {

namespace {

// The bytes of the key in front of a row of form Change.
std::string_view key_of(std::string_view row, std::size_t key_fields) {
    std::size_t end = 0;
    for (std::size_t i = 0; i < key_fields; ++i) {
        end = row.find('\t', end + (i == 0 ? 0 : 1));
    }
    return row.substr(0, end);
}

// Equal rows of a table without a key come one after another, and are numbered: a second reading of
// the same hash gives the same numbers, and so takes the first one's place in the stage.
class EqualRows {
  public:
    // The block with each row's number in front of it.
    [[nodiscard]] RowBlock numbered(const RowBlock& block);

  private:
    std::string hash_;
    std::uint64_t nth_ = 0;
};

// A block that is smaller than a full one was the last of a reading.
RowBlock EqualRows::numbered(const RowBlock& block) {
    RowBlock result;
    result.rows = block.rows;
    result.bytes.reserve(block.bytes.size() + 3 * block.rows);
    for (std::string_view rest{block.bytes}; !rest.empty();) {
        const std::string_view row = rest.substr(0, rest.find('\n') + 1);
        const std::string_view hash = key_of(row, 1);
        nth_ = hash == hash_ ? nth_ + 1 : 1;
        hash_ = hash;
        fmt::format_to(std::back_inserter(result.bytes), "{}\t", nth_);
        result.bytes += row;
        rest.remove_prefix(row.size());
    }
    if (block.bytes.size() < block_bytes_max) {
        hash_.clear();
    }
    return result;
}

class StageWriter : public RowWriter {
  public:
    StageWriter(std::unique_ptr<RowWriter> rows,
                std::optional<KeyNotes> notes,
                const Table& table,
                std::uint64_t& rows_put)
        : rows_{std::move(rows)},
          notes_{std::move(notes)},
          keyless_{table.key_shape == KeyShape::WholeRow},
          key_fields_{key_fields(table)},
          rows_put_{rows_put} {}

    void push(RowBlock block) override {
        rows_put_ += block.rows;
        if (notes_) {
            note(block.bytes);
        }
        rows_->push(keyless_ ? equal_.numbered(block) : std::move(block));
    }

    std::uint64_t finish() override {
        if (notes_) {
            notes_->flush();
        }
        return rows_->finish();
    }

  private:
    void note(std::string_view rest) {
        std::optional<std::string_view> last;
        while (!rest.empty()) {
            const std::string_view key = key_of(rest, key_fields_);
            if (key != last) {
                notes_->add(key);
            }
            last = key;
            rest.remove_prefix(rest.find('\n', key.size()) + 1);
        }
    }

    std::unique_ptr<RowWriter> rows_;
    std::optional<KeyNotes> notes_;
    EqualRows equal_;
    bool keyless_;
    std::size_t key_fields_;
    std::uint64_t& rows_put_;
};

}  // namespace

std::unique_ptr<RowWriter> make_stage_writer(std::unique_ptr<RowWriter> rows,
                                             std::optional<KeyNotes> notes,
                                             const Table& table,
                                             std::uint64_t& rows_put) {
    return std::make_unique<StageWriter>(std::move(rows), std::move(notes), table, rows_put);
}

}  // namespace dbsync::mysql
