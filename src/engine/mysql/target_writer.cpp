// SPDX-License-Identifier: MIT
#include "engine/mysql/target_writer.hpp"

#include "base/error.hpp"
#include "engine/mysql/errors.hpp"
#include "engine/mysql/quoting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

namespace dbsync::mysql {

namespace {

// Rows gathered for one LOAD DATA, and for one INSERT, in bytes. Larger statements were not
// faster (seen on MariaDB 10.11 and MySQL 9.7).
constexpr std::size_t load_bytes_max = 2 * 1024 * 1024;
constexpr std::size_t insert_bytes_max = 512 * 1024;
// What a packet needs beside the statement.
constexpr std::size_t packet_reserve = 1'024;
// ENUM error values in one statement: the protocol counts no more than 65,535 warnings.
constexpr std::size_t enum_errors_max = 50'000;
constexpr int warnings_shown_max = 3;
constexpr int warnings_looked_at_max = 64;  // max_error_count's smallest default

// ENUM's error value is refused in strict mode, as a value and as a number (seen on MariaDB 10.11
// and MySQL 9.7): for one statement the session is not strict, and its warnings are counted.
class NotStrict {
  public:
    NotStrict(Connection& connection, bool wanted) : connection_{connection}, wanted_{wanted} {
        if (wanted_) {
            connection_.run(
                "SET SESSION sql_mode = REPLACE(@@SESSION.sql_mode, 'STRICT_TRANS_TABLES', '')");
        }
    }
    ~NotStrict() {
        try {
            if (wanted_ && connection_.usable()) {
                connection_.run(
                    "SET SESSION sql_mode ="
                    " CONCAT(@@SESSION.sql_mode, ',STRICT_TRANS_TABLES')");
            }
        } catch (const Error&) {  // the connection is lost, and its settings with it
            static_cast<void>(connection_.usable());
        }
    }
    NotStrict(const NotStrict&) = delete;
    NotStrict& operator=(const NotStrict&) = delete;

  private:
    Connection& connection_;
    bool wanted_;
};

// Of "Records: 3  Deleted: 0  Skipped: 1  Warnings: 2".
std::uint64_t number_after(std::string_view info, std::string_view word) {
    std::uint64_t number = 0;
    if (const auto at = info.find(word); at != std::string_view::npos) {
        info.remove_prefix(at + word.size());
        std::from_chars(info.data(), info.data() + info.size(), number);
    }
    return number;
}

[[noreturn]] void refuse(Connection& connection,
                         const LoadTarget& target,
                         std::uint64_t rows,
                         std::uint64_t taken) {
    const std::string all = connection.warnings_text(warnings_looked_at_max);
    const bool duplicate = all.find(" 1062: ") != std::string::npos;
    throw Error{{.kind = duplicate ? ErrorKind::Conflict : ErrorKind::Unrepresentable,
                 .what_failed = fmt::format("the target took {} of {} rows of {} as they are",
                                            std::min(taken, rows), rows, target.shown),
                 .native_text = connection.warnings_text(warnings_shown_max),
                 .table = target.shown,
                 .hint = duplicate ? "make sure that nobody else writes to the target"
                                   : "make the column's type and character set the same on both "
                                     "ends"}};
}

class BulkWriter : public RowWriter {
  public:
    BulkWriter(Connection& connection, LoadTarget target, int& unfinished)
        : connection_{connection}, target_{std::move(target)}, unfinished_{unfinished} {
        ++unfinished_;
        may_hold_errors_ = std::any_of(target_.columns.begin(), target_.columns.end(),
                                       [](const LoadColumn& column) { return column.enum_error; });
    }

    std::uint64_t finish() override {
        flush();
        if (!std::exchange(finished_, true)) {
            --unfinished_;
        }
        return rows_taken_;
    }

  protected:
    virtual void flush() = 0;

    // ENUM error values in a row.
    [[nodiscard]] std::size_t errors_in(std::string_view row) const {
        if (!may_hold_errors_) {
            return 0;
        }
        std::size_t count = 0;
        const std::vector<std::string_view> fields = fields_of(row);
        for (std::size_t i = 0; i < std::min(fields.size(), target_.columns.size()); ++i) {
            count += target_.columns[i].enum_error && fields[i] == enum_error_field ? 1U : 0U;
        }
        return count;
    }

    // A LOAD DATA or INSERT was answered.
    void require_taken(const Result& result,
                       std::uint64_t rows,
                       std::uint64_t taken,
                       std::size_t errors) {
        if (taken != rows || result.warnings() != errors) {
            refuse(connection_, target_, rows, result.warnings() == errors ? taken : 0);
        }
        rows_taken_ += rows;
    }

    // The server names the stage's columns.
    [[nodiscard]] Error in_words_of_the_table(const Error& error) const {
        ErrorFields fields = error.fields();
        for (const LoadColumn& column : target_.columns) {
            const std::string quoted = "column '" + column.name + "'";
            const auto at = fields.native_text.find(quoted);
            if (at != std::string::npos && !column.shown.empty()) {
                fields.native_text.replace(at, quoted.size(),
                                           "column '" + column.shown + "' of " + target_.shown);
                break;
            }
        }
        return Error{fields}.with_table(target_.shown);
    }

    Connection& connection_;
    LoadTarget target_;
    bool may_hold_errors_ = false;

  private:
    int& unfinished_;
    bool finished_ = false;
    std::uint64_t rows_taken_ = 0;
};

std::string column_list(const std::vector<LoadColumn>& columns) {
    std::vector<std::string> names;
    for (const LoadColumn& column : columns) {
        names.push_back(column.name);
    }
    return quote_list(names);
}

// The server reads hexadecimal fields into variables; UNHEX of them is not limited by
// max_allowed_packet (100 MB with 16 MiB, seen on MariaDB 10.11 and MySQL 9.7).
std::string load_sql(const LoadTarget& target) {
    std::string fields;
    std::string sets;
    for (std::size_t i = 0; i < target.columns.size(); ++i) {
        const std::string name = quote_ident(target.columns[i].name);
        fields += i == 0 ? "" : ", ";
        if (target.columns[i].wire == Wire::Hex) {
            fields += fmt::format("@dbsync_{}", i);
            sets += fmt::format("{}{} = UNHEX(@dbsync_{})", sets.empty() ? " SET " : ", ", name, i);
        } else {
            fields += name;
        }
    }
    return fmt::format(
        "LOAD DATA LOCAL INFILE 'dbsync' {}INTO TABLE {} CHARACTER SET utf8mb4"
        " FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\' LINES TERMINATED BY '\\n'"
        " ({}){}",
        target.replace ? "REPLACE " : "", quote_ident(target.table), fields, sets);
}

class LoadWriter : public BulkWriter {
  public:
    LoadWriter(Connection& connection, LoadTarget target, int& unfinished)
        : BulkWriter{connection, std::move(target), unfinished}, statement_{load_sql(target_)} {}

    void push(RowBlock block) override {
        if (may_hold_errors_) {
            push_counted(block.bytes);
        } else {
            take(std::move(block.bytes), block.rows);
        }
    }

  private:
    void push_counted(const std::string& bytes) {
        std::size_t begin = 0;
        std::uint64_t rows = 0;
        for (std::size_t at = 0; at < bytes.size();) {
            const std::size_t end = bytes.find('\n', at) + 1;
            errors_ += errors_in(std::string_view{bytes}.substr(at, end - at));
            ++rows;
            if (errors_ >= enum_errors_max) {
                take(bytes.substr(begin, end - begin), std::exchange(rows, 0));
                flush();
                begin = end;
            }
            at = end;
        }
        take(bytes.substr(begin), rows);
    }

    void take(std::string bytes, std::uint64_t rows) {
        bytes_ += bytes.size();
        rows_ += rows;
        pieces_.push_back(std::move(bytes));
        if (bytes_ >= load_bytes_max) {
            flush();
        }
    }

    void flush() override {
        if (rows_ == 0) {
            return;
        }
        const NotStrict mode{connection_, errors_ > 0};
        try {
            const Result result = connection_.load(statement_, pieces_);
            const std::uint64_t taken =
                number_after(result.info(), "Records: ") - number_after(result.info(), "Skipped: ");
            require_taken(result, rows_, taken, errors_);
        } catch (const Error& error) {
            throw in_words_of_the_table(error);
        }
        pieces_.clear();
        bytes_ = 0;
        rows_ = 0;
        errors_ = 0;
    }

    std::string statement_;
    std::vector<std::string> pieces_;
    std::size_t bytes_ = 0;
    std::uint64_t rows_ = 0;
    std::size_t errors_ = 0;
};

class InsertWriter : public BulkWriter {
  public:
    InsertWriter(Connection& connection, LoadTarget target, int& unfinished)
        : BulkWriter{connection, std::move(target), unfinished},
          head_{fmt::format("{} INTO {} ({}) VALUES ",
                            target_.replace ? "REPLACE" : "INSERT",
                            quote_ident(target_.table),
                            column_list(target_.columns))} {}

    void push(RowBlock block) override {
        for (std::string_view rest{block.bytes}; !rest.empty();) {
            const std::size_t end = rest.find('\n') + 1;
            add(rest.substr(0, end));
            rest.remove_prefix(end);
        }
    }

  private:
    void add(std::string_view row) {
        const std::string values = literals(row);
        const std::size_t packet =
            connection_.packet_max() - std::min(connection_.packet_max(), packet_reserve);
        if (head_.size() + values.size() > packet) {
            refuse_long(head_.size() + values.size() + packet_reserve);
        }
        const std::size_t most = std::min(packet, insert_bytes_max);
        const std::size_t errors = errors_in(row);
        if (rows_ > 0 &&
            (statement_.size() + 1 + values.size() > most || errors_ + errors > enum_errors_max)) {
            flush();
        }
        statement_ += rows_ == 0 ? head_ : ",";
        statement_ += values;
        errors_ += errors;
        ++rows_;
    }

    [[nodiscard]] std::string literals(std::string_view row) const {
        const std::vector<std::string_view> fields = fields_of(row);
        std::string values = "(";
        for (std::size_t i = 0; i < fields.size(); ++i) {
            values += i == 0 ? "" : ",";
            values += field_literal(fields[i], target_.columns[i].wire);
        }
        return values + ")";
    }

    [[noreturn]] void refuse_long(std::size_t bytes) const {
        throw Error{
            {.kind = ErrorKind::Unrepresentable,
             .what_failed = fmt::format("a row of {} needs a statement of {} bytes, more than the "
                                        "target takes",
                                        target_.shown, bytes),
             .table = target_.shown,
             .hint = fmt::format("set local_infile = 1 on the target, or raise its "
                                 "max_allowed_packet to {} or more",
                                 bytes)}};
    }

    // affected() of a REPLACE counts displaced rows too.
    void flush() override {
        if (rows_ == 0) {
            return;
        }
        const NotStrict mode{connection_, errors_ > 0};
        try {
            const Result result = connection_.run(statement_);
            require_taken(result, rows_,
                          target_.replace ? std::min(rows_, result.affected()) : result.affected(),
                          errors_);
        } catch (const Error& error) {
            throw in_words_of_the_table(error);
        }
        statement_.clear();
        rows_ = 0;
        errors_ = 0;
    }

    std::string head_;
    std::string statement_;
    std::uint64_t rows_ = 0;
    std::size_t errors_ = 0;
};

}  // namespace

std::unique_ptr<RowWriter> make_bulk_writer(Connection& connection,
                                            LoadTarget target,
                                            int& unfinished) {
    if (connection.loads_local()) {
        return std::make_unique<LoadWriter>(connection, std::move(target), unfinished);
    }
    return std::make_unique<InsertWriter>(connection, std::move(target), unfinished);
}

}  // namespace dbsync::mysql
