// SPDX-License-Identifier: MIT
// The settings under which schema items run, put back at the end.
#pragma once

#include "engine/mysql/connection.hpp"
#include "engine/mysql/schema_text.hpp"

#include <string>
#include <utility>
#include <vector>

namespace dbsync::mysql {

class ItemSession {
  public:
    explicit ItemSession(Connection& connection);
    ~ItemSession();
    ItemSession(const ItemSession&) = delete;
    ItemSession& operator=(const ItemSession&) = delete;

    // The settings that this item was written under, as this server has them.
    void enter(const SchemaText& text);
    // Our own, for the ledger's statements.
    void leave();

  private:
    void set_once(const std::string& variable, const std::string& value);

    Connection& connection_;
    std::string own_settings_;
    std::vector<std::pair<std::string, std::string>> saved_;  // variable, literal
};

}  // namespace dbsync::mysql
