// SPDX-License-Identifier: MIT
// A temporary table of this session with keys in it, or other values that rows are looked up by:
// declared as the columns that they are compared with, so that the server's own collations decide
// which are equal, and no literal stands in a comparison. Each key once, unless
// told otherwise.
#pragma once

#include "engine/mysql/connection.hpp"
#include "engine/mysql/wire.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace dbsync::mysql {

// What to do with a value that the column cannot hold.
enum class Misfit {
    Refuse,  // the server's error
    Bend,    // what the server makes of it: where a row too many is found, and none too few
};

// Which keys are one.
enum class Equal {
    ByCollation,  // those that the columns' collations call equal
    ByBytes,      // every key given is kept: another engine's may differ where ours do not
};

class KeyTable {
  public:
    // Not quoted; one name for one use at a time.
    KeyTable(Connection& connection, std::string name) noexcept
        : connection_{connection}, name_{std::move(name)} {}

    // Makes the table anew, with columns k1, k2 … of these types (see key_declarations()), and puts
    // the keys in: fields of wire rows. Leaves the transaction and its snapshot as they are.
    void fill(const std::vector<std::string>& declarations,
              const std::vector<Wire>& wires,
              std::span<const std::string> keys,
              Misfit misfit = Misfit::Refuse,
              Equal equal = Equal::ByCollation);
    // One column k1 of numbers.
    void fill(std::span<const std::uint64_t> numbers);

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

  private:
    void create(const std::vector<std::string>& declarations, Equal equal);

    Connection& connection_;
    std::string name_;
};

// k1, k2 … with `prefix` in front of each.
[[nodiscard]] std::string key_names(std::size_t count, const std::string& prefix = {});

}  // namespace dbsync::mysql
