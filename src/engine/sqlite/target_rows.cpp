// SPDX-License-Identifier: MIT
// Every INSERT says OR ABORT: a table may declare another conflict clause for a constraint
// (UNIQUE … ON CONFLICT IGNORE), under which a plain INSERT would drop a row and say nothing
// (sqlite.org/lang_conflict.html: the statement's own clause overrides the declared one).
#include "engine/sqlite/target_rows.hpp"

#include "base/error.hpp"
#include "engine/sqlite/quoting.hpp"
#include "engine/sqlite/read_sql.hpp"
#include "engine/sqlite/wire.hpp"

#include <fmt/format.h>

#include <utility>

namespace dbsync::sqlite {

namespace {

std::string stage_name(const Table& table) {
    return fmt::format("_dbsync_stage_{}", table.id);
}

std::string quoted_stage(const Table& table) {
    return "temp." + quote_ident(stage_name(table));
}

std::string insert_sql(const Table& table, const char* or_what) {
    const std::vector<std::string> columns = writable_columns(table);
    std::string parameters;
    for (std::size_t i = 1; i <= columns.size(); ++i) {
        parameters += fmt::format("{}?{}", i == 1 ? "" : ", ", i);
    }
    return fmt::format("INSERT OR {} INTO {} ({}) VALUES ({})", or_what,
                       quote_ident(table.name.name), quote_list(columns), parameters);
}

std::string delete_sql(const Table& table) {
    std::string where;
    for (std::size_t i = 0; i < table.key.size(); ++i) {
        where += fmt::format("{}{} = ?{}", i == 0 ? "" : " AND ", quote_ident(table.key[i]), i + 1);
    }
    return fmt::format("DELETE FROM {} WHERE {}", quote_ident(table.name.name), where);
}

// Counts itself as unfinished until finish().
class Unfinished {
  public:
    explicit Unfinished(int& count) : count_{count} { ++count_; }
    void finish() {
        if (!std::exchange(finished_, true)) {
            --count_;
        }
    }

  private:
    int& count_;
    bool finished_ = false;
};

// A fuzzy copy may hold, for a while, two rows with the same value of a UNIQUE constraint that
// stands in CREATE TABLE and so cannot be built later. The row in the way is then removed. Nothing
// is lost by it: the two rows were read at different moments, and whichever moment was later, the
// removed row did not have that value then, or was not there. So it changed while capture was on,
// its key is dirty, and the first complete pass puts right what is missing or stale. (No delta of
// a table is consumed before its last chunk is committed.) OR REPLACE only then, because it would
// also put a column's default where a row has NULL against a NOT NULL.
class CopyWriter : public RowWriter {
  public:
    CopyWriter(Database& db, const Table& table, int& unfinished)
        : db_{db},
          table_{table},
          columns_{writable_columns(table).size()},
          insert_{db, insert_sql(table, "ABORT")},
          unfinished_{unfinished} {}

    void push(RowBlock block) override {
        WireReader values{block.bytes};
        for (std::uint64_t i = 0; i < block.rows; ++i) {
            write(values.take(columns_));
        }
    }

    std::uint64_t finish() override {
        unfinished_.finish();
        return rows_;
    }

  private:
    void write(std::string_view row) {
        try {
            run(insert_, row);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::Conflict) {
                throw error.with_table(table_.name.display());
            }
            Statement replace{db_, insert_sql(table_, "REPLACE")};
            run(replace, row);
        }
        ++rows_;
    }

    void run(Statement& insert, std::string_view row) const {
        insert.reset();
        WireReader values{row};
        bind_values(insert, 1, values, columns_);
        insert.run();
    }

    Database& db_;
    Table table_;
    std::size_t columns_;
    Statement insert_;
    Unfinished unfinished_;
    std::uint64_t rows_ = 0;
};

class StageWriter : public RowWriter {
  public:
    StageWriter(Database& db, const Table& table, int& unfinished)
        : keys_{table.key.size()},
          columns_{writable_columns(table).size()},
          insert_{db, "INSERT INTO " + quoted_stage(table) +
                          " (key, present, row) VALUES (?1, ?2, ?3)"},
          unfinished_{unfinished} {}

    void push(RowBlock block) override {
        WireReader values{block.bytes};
        for (std::uint64_t i = 0; i < block.rows; ++i) {
            insert_.bind_blob(1, values.take(keys_));
            insert_.bind(2, values.next().integer);
            insert_.bind_blob(3, values.take(columns_));
            insert_.run();
        }
        rows_ += block.rows;
    }

    std::uint64_t finish() override {
        unfinished_.finish();
        return rows_;
    }

  private:
    std::size_t keys_;
    std::size_t columns_;
    Statement insert_;
    Unfinished unfinished_;
    std::uint64_t rows_ = 0;
};

// First every row that must go or change goes, then what must be there comes: so rows of one stage
// never stand in each other's way, whatever unique values they exchange. Rows are compared by
// their bytes, because SQL's = and IS call 1 and 1.0, 0.0 and -0.0, 'a' and 'A' (NOCASE) the same.
class Applier {
  public:
    Applier(Database& db, const Table& table, StagedKeys* keys)
        : table_{table},
          keys_{keys},
          columns_{static_cast<int>(writable_columns(table).size())},
          stage_{quoted_stage(table)},
          staged_{db, "SELECT seq, key, present, row FROM " + stage_ + " ORDER BY seq"},
          settled_{db, "DELETE FROM " + stage_ + " WHERE seq = ?1"},
          current_{db, select_key(table, RowForm::Copy)},
          remove_{db, delete_sql(table)},
          insert_{db, insert_sql(table, "ABORT")} {}

    ApplyCounts run() {
        for (; staged_.step(); ++counts_.keys) {
            make_room();
        }
        staged_.reset();
        while (staged_.step()) {
            put_in();
        }
        staged_.reset();
        return counts_;
    }

  private:
    // Whether there is a row with this key now; its bytes are in row_.
    bool find(std::string_view key) {
        bind_key(current_, key);
        row_.clear();
        const bool found = current_.step();
        if (found) {
            append_columns(row_, current_, 0, columns_);
        }
        current_.reset();
        return found;
    }

    void make_room() {
        const std::string_view key = staged_.blob(1);
        const bool present = staged_.integer(2) != 0;
        if (keys_ != nullptr) {
            keys_->take(key);
        }
        const bool found = find(key);
        const bool equal = found && present && row_ == staged_.blob(3);
        if (found && !equal) {
            bind_key(remove_, key);
            remove_.run();
            counts_.rows_deleted += present ? 0U : 1U;
        }
        // A cursor's row may be deleted once the cursor has come to it (sqlite.org/isolation.html).
        if (equal || !present) {
            settled_.bind(1, staged_.integer(0));
            settled_.run();
        }
    }

    void put_in() {
        const std::string_view row = staged_.blob(3);
        insert_.reset();
        WireReader values{row};
        bind_values(insert_, 1, values, static_cast<std::size_t>(columns_));
        try {
            insert_.run();
            ++counts_.rows_written;
        } catch (const Error& error) {
            // Keys that a collation calls equal may both be staged: then the row is there already.
            if (error.kind() == ErrorKind::Conflict && find(staged_.blob(1)) && row_ == row) {
                return;
            }
            throw error.with_table(table_.name.display());
        }
    }

    void bind_key(Statement& statement, std::string_view key) const {
        WireReader values{key};
        bind_values(statement, 1, values, table_.key.size());
    }

    const Table& table_;
    StagedKeys* keys_;
    int columns_;
    std::string stage_;
    Statement staged_;
    Statement settled_;
    Statement current_;
    Statement remove_;
    Statement insert_;
    std::string row_;
    ApplyCounts counts_;
};

}  // namespace

std::unique_ptr<RowWriter> make_copy_writer(Database& db, const Table& table, int& unfinished) {
    return std::make_unique<CopyWriter>(db, table, unfinished);
}

std::unique_ptr<RowWriter> make_stage_writer(Database& db, const Table& table, int& unfinished) {
    db.run("DROP TABLE IF EXISTS " + quoted_stage(table));
    db.run(sql::render("schemas/sqlite/target_stage.sql",
                       sql::Parameters{quoting}.ident("stage", stage_name(table))));
    return std::make_unique<StageWriter>(db, table, unfinished);
}

ApplyCounts apply_staged(Database& db, const Table& table, StagedKeys* keys) {
    return Applier{db, table, keys}.run();
}

}  // namespace dbsync::sqlite
