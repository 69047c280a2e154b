// SPDX-License-Identifier: MIT
#include "cli/help.hpp"

#include "cli/option_table.hpp"

#include <fmt/format.h>

#include <sstream>

namespace dbsync::cli {

namespace {

constexpr std::size_t width_max = 79;
constexpr std::size_t help_column = 26;

// Words put into lines; every line but the first is indented to the help column.
std::string wrapped(const std::string& text) {
    std::istringstream words{text};
    std::string lines;
    std::size_t column = help_column;
    for (std::string word; words >> word;) {
        if (column > help_column && column + 1 + word.size() > width_max) {
            lines += "\n" + std::string(help_column, ' ');
            column = help_column;
        } else if (column > help_column) {
            lines += ' ';
            ++column;
        }
        lines += word;
        column += word.size();
    }
    return lines;
}

std::string option_line(const OptionSpec& option) {
    std::string left = "  --" + option.name;
    if (!option.value_name.empty()) {
        left += " " + option.value_name;
    }
    std::string right = option.help;
    if (!option.default_value.empty()) {
        right += " (default: " + option.default_value + ")";
    }
    if (!option.environment.empty()) {
        right += " [" + option.environment + "]";
    }
    if (left.size() + 2 > help_column) {
        return left + "\n" + std::string(help_column, ' ') + wrapped(right) + "\n";
    }
    return fmt::format("{:<{}}{}\n", left, help_column, wrapped(right));
}

std::string section(const std::string& title, const OptionTable& options) {
    std::string text;
    for (const OptionSpec& option : options) {
        text += option_line(option);
    }
    return text.empty() ? "" : "\n" + title + ":\n" + text;
}

}  // namespace

std::string help() {
    std::string text =
        "dbsync moves a live database to another server and loses nothing.\n"
        "\n"
        "Usage: dbsync COMMAND [OPTIONS]\n"
        "\n"
        "Commands, in the order of a move:\n";
    for (const Command& command : commands()) {
        text += fmt::format("  {:<15}{}\n", command.name, command.summary);
    }
    return text +
           "\n"
           "A move of one's own, step by step, or all at once with migrate:\n"
           "  dbsync check --source URL --target URL\n"
           "  dbsync migrate --source URL --target URL --cutover\n"
           "\n"
           "URLs: postgresql://user@host:port/database, mysql://user@host:port/database,\n"
           "sqlite:///absolute/path.db, sqlite:relative.db. Passwords: PGPASSFILE, PGSERVICE,\n"
           "~/.my.cnf, MYSQL_PWD, or DBSYNC_SOURCE_PASSWORD and DBSYNC_TARGET_PASSWORD.\n"
           "\n"
           "Every command can be run again after any interruption and goes on where it was.\n"
           "dbsync COMMAND --help shows its options; dbsync --version the version.\n";
}

std::string help_of(const Command& command) {
    return "Usage: dbsync " + command.name + " [OPTIONS]\n\n" + command.description + "\n" +
           section("Options of its own", command.options) +
           (command.has_job ? section("Which move", job_options()) : "") +
           section("Options of every command", general_options()) + "\nExample:\n  " +
           command.example + "\n";
}

std::string version() { return std::string{"dbsync "} + DBSYNC_VERSION + "\n"; }

}  // namespace dbsync::cli
