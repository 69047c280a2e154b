// SPDX-License-Identifier: MIT
// The freeze: one BEGIN IMMEDIATE, in which the fence is made and with whose COMMIT it stands.
// There is no server that would end it: a process that is killed lets go at once, one that is
// stopped does not, so that the cutover keeps a watchdog beside it.
#pragma once

#include "engine/source.hpp"
#include "engine/sqlite/database.hpp"
#include "sql/statement_template.hpp"

#include <memory>
#include <string>
#include <vector>

namespace dbsync::sqlite {

// The fence's triggers on one table.
[[nodiscard]] std::vector<sql::Rendered> fence_statements(const Table& table,
                                                          const std::string& message);

// Tries INSERT and DELETE on each captured table; whether each was refused with the fence's words.
[[nodiscard]] bool fence_refuses(Database& database);

class SqliteFreeze : public Freeze {
  public:
    SqliteFreeze(std::string path, std::vector<Table> tables);
    ~SqliteFreeze() override;

    void arm(const FreezeOptions& options) override;
    void block() override;
    std::string prove_drained() override;
    void renew() override;
    void fence(const std::string& message) override;
    void release() noexcept override;

  private:
    void require_held() const;
    void commit_bounded();

    std::string path_;
    std::vector<Table> tables_;
    FreezeOptions options_;
    std::string file_;  // which file it was when armed
    std::unique_ptr<Database> db_;
};

}  // namespace dbsync::sqlite
