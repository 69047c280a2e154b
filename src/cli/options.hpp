// SPDX-License-Identifier: MIT
// What can be set, and what was set. One table of options (option_table.cpp) feeds the command
// line, the environment, the config file and --help.
// Precedence: flag > environment > config > what the job's state remembers.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dbsync::cli {

enum class ValueKind { Flag, Text, List, Duration, Count, Choice };

struct OptionSpec {
    std::string name;  // without the dashes
    ValueKind kind = ValueKind::Text;
    std::string value_name;  // "DURATION" in --help; empty for flags
    std::string help;        // one sentence, without the default
    std::string default_value = {};  // as it would be written; empty for none
    std::string environment = {};
    std::vector<std::string> choices = {};
};

using OptionTable = std::vector<OptionSpec>;

// Checked values: every one is of its option's kind. Asking for an option that is not in the
// command's table is a bug of ours and aborts.
class Values {
  public:
    explicit Values(OptionTable table) : table_{std::move(table)} {}

    // Throws Error{Usage} naming the option if the value is not of its kind.
    void set(const std::string& name, const std::vector<std::string>& texts);

    [[nodiscard]] bool is_set(const std::string& name) const;
    [[nodiscard]] bool flag(const std::string& name) const;
    [[nodiscard]] std::string text(const std::string& name) const;  // or the default, or ""
    [[nodiscard]] std::vector<std::string> list(const std::string& name) const;
    // The default where there is one; asking without either is a bug of ours.
    [[nodiscard]] std::chrono::milliseconds duration(const std::string& name) const;
    [[nodiscard]] std::uint64_t count(const std::string& name) const;

    [[nodiscard]] const OptionTable& table() const noexcept { return table_; }

  private:
    [[nodiscard]] const OptionSpec& spec(const std::string& name) const;

    OptionTable table_;
    std::map<std::string, std::vector<std::string>> values_;
};

// Where environment variables are looked up; a test gives its own.
using Environment = std::function<std::optional<std::string>(const std::string&)>;
[[nodiscard]] Environment process_environment();

// Reads the arguments behind the command's name, then the environment, then the config file that
// one of them names. `config_known` lists the options of all commands: a config file is shared,
// and what another command takes is passed over. Throws Error{Usage}.
[[nodiscard]] Values parse_options(const OptionTable& table,
                                   const OptionTable& config_known,
                                   const std::vector<std::string>& arguments,
                                   const Environment& environment);

}  // namespace dbsync::cli
