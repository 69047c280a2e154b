// SPDX-License-Identifier: MIT
// Takes rows of text apart whose fields are separated by tabs and end with a newline, as COPY and
// LOAD DATA write them: \N is NULL, and a backslash begins an escape.
#pragma once

#include "engine/translate.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbsync {

// Room for a row of these values, where they are long.
void make_room(std::string& rows, std::span<const WireValueView> values);

class FieldSplitter {
  public:
    // Puts into `text` what a field means that has an escape in it.
    using Unescape = void (*)(std::string_view field, std::string& text);

    explicit FieldSplitter(Unescape unescape) noexcept : unescape_{unescape} {}

    // See Translator::split().
    void split(std::string_view& rows, std::size_t columns, std::vector<WireValueView>& values);

  private:
    WireValueView take(std::string_view field, std::size_t place);

    Unescape unescape_;
    std::vector<std::string> held_;  // fields that were escaped, by place
};

}  // namespace dbsync
