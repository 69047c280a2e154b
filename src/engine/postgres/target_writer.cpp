// SPDX-License-Identifier: MIT
#include "engine/postgres/target_writer.hpp"

#include "base/error.hpp"
#include "engine/postgres/connection.hpp"

namespace dbsync::postgres {

namespace {

class CopyWriter : public RowWriter {
  public:
    CopyWriter(Connection& connection, const std::string& copy_sql, std::string table,
               std::uint64_t* rows_taken)
        : connection_{connection}, table_{std::move(table)}, rows_taken_{rows_taken} {
        connection_.copy_in_begin(copy_sql);
        open_ = true;
    }
    ~CopyWriter() override {
        if (open_) {
            connection_.copy_in_abort("dbsync gave up");
        }
    }
    CopyWriter(const CopyWriter&) = delete;
    CopyWriter& operator=(const CopyWriter&) = delete;

    void push(RowBlock block) override {
        try {
            connection_.copy_in_push(block.bytes);
        } catch (const Error& error) {
            throw error.with_table(table_);
        }
    }

    std::uint64_t finish() override {
        open_ = false;
        try {
            const std::uint64_t rows = connection_.copy_in_end();
            if (rows_taken_ != nullptr) {
                *rows_taken_ += rows;
            }
            return rows;
        } catch (const Error& error) {
            throw error.with_table(table_);
        }
    }

  private:
    Connection& connection_;
    std::string table_;
    std::uint64_t* rows_taken_;  // a sum to add to, or null
    bool open_ = false;
};

}  // namespace

std::unique_ptr<RowWriter> make_copy_writer(Connection& connection,
                                            const std::string& copy_sql,
                                            const std::string& table,
                                            std::uint64_t* rows_taken) {
    return std::make_unique<CopyWriter>(connection, copy_sql, table, rows_taken);
}

}  // namespace dbsync::postgres
