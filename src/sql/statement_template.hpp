// SPDX-License-Identifier: MIT
// Fills the placeholders of an embedded SQL file. A placeholder says how it is quoted:
//   {{ident:x}}    an identifier, quoted by the engine (a qualified one for a TableName)
//   {{literal:x}}  a string or integer literal
//   {{columns:x}}  identifiers, each put into a pattern ("{}" is the quoted name), joined
//   {{parts:x}}    statements rendered from other templates, joined
// There is deliberately no way to put in raw text. A placeholder without a value, and a value
// without a placeholder, are bugs of ours and abort.
#pragma once

#include "row/table.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dbsync::sql {

struct Quoting {
    std::string (*ident)(std::string_view);
    std::string (*literal)(std::string_view);
};

// A statement whose every part came from a template or through a quoting function.
struct Rendered {
    std::string asset;  // path of the template, for error messages
    std::string text;   // without the file's leading comment lines
};

class Parameters {
  public:
    explicit Parameters(Quoting quoting) : quoting_{quoting} {}

    Parameters& ident(const std::string& name, std::string_view value);
    Parameters& ident(const std::string& name, const TableName& value);
    Parameters& literal(const std::string& name, std::string_view value);
    Parameters& literal(const std::string& name, std::int64_t value);
    // `pattern` is put down once for each column with every "{}" replaced by the quoted name.
    Parameters& columns(const std::string& name,
                        const std::vector<std::string>& names,
                        std::string_view pattern = "{}",
                        std::string_view separator = ", ");
    Parameters& parts(const std::string& name,
                      const std::vector<Rendered>& rendered,
                      std::string_view separator = "\n");

  private:
    friend Rendered render(std::string_view path, const Parameters& parameters);
    Quoting quoting_;
    std::map<std::string, std::string, std::less<>> values_;  // "ident:table" -> text
};

[[nodiscard]] Rendered render(std::string_view path, const Parameters& parameters);

}  // namespace dbsync::sql
