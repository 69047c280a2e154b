// SPDX-License-Identifier: MIT
// Boost.Program_options takes arguments and INI files apart; what the words mean, and which place
// wins, is decided here, in the same way for all places.
#include "cli/options.hpp"

#include "base/check.hpp"
#include "base/duration.hpp"
#include "base/error.hpp"
#include "cli/suggest.hpp"

#include <boost/program_options.hpp>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

namespace dbsync::cli {

namespace {

namespace po = boost::program_options;

using Given = std::map<std::string, std::vector<std::string>>;

Error usage(const std::string& what, const std::string& hint) {
    return Error{{.kind = ErrorKind::Usage, .what_failed = what, .hint = hint}};
}

const OptionSpec* find(const OptionTable& table, const std::string& name) {
    const auto found = std::find_if(table.begin(), table.end(),
                                    [&](const OptionSpec& each) { return each.name == name; });
    return found == table.end() ? nullptr : &*found;
}

std::string help_hint(const OptionTable& table, const std::string& name) {
    std::vector<std::string> names;
    for (const OptionSpec& each : table) {
        names.push_back(each.name);
    }
    const std::string meant = nearest(name, names);
    return meant.empty() ? "run the command with --help to see its options"
                         : "write --" + meant + " if that is what you meant";
}

po::options_description description(const OptionTable& table) {
    po::options_description all;
    for (const OptionSpec& each : table) {
        if (each.kind == ValueKind::Flag) {
            all.add_options()(each.name.c_str(), "");
        } else {
            all.add_options()(each.name.c_str(), po::value<std::string>(), "");
        }
    }
    return all;
}

// An argument may be a URL with a password in the wrong place: it is not repeated then.
std::string shown(const std::string& argument) {
    return argument.find_first_of(":@=") == std::string::npos ? " '" + argument + "'" : "";
}

void add(const OptionTable& table, Given& given, const po::option& option) {
    std::vector<std::string>& values = given[option.string_key];
    const OptionSpec* spec = find(table, option.string_key);
    if (!values.empty() && spec->kind != ValueKind::List) {
        throw usage("--" + option.string_key + " is given twice", "give it once");
    }
    if (spec->kind == ValueKind::Flag) {
        values = {"true"};
    } else {
        values.insert(values.end(), option.value.begin(), option.value.end());
    }
}

Given from_arguments(const OptionTable& table, const std::vector<std::string>& arguments) {
    Given given;
    const int style =
        po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    try {
        const po::options_description all = description(table);
        const auto parsed = po::command_line_parser(arguments).options(all).style(style).run();
        for (const po::option& option : parsed.options) {
            if (option.position_key >= 0) {
                throw usage("unexpected argument" + shown(option.value.front()),
                            "give options as --name value; see --help");
            }
            add(table, given, option);
        }
    } catch (const po::unknown_option& unknown) {
        std::string name = unknown.get_option_name();
        name = name.substr(0, name.find('='));
        name.erase(0, name.find_first_not_of('-'));
        throw usage("unknown option --" + name, help_hint(table, name));
    } catch (const po::error_with_option_name& wrong) {
        const std::string name = wrong.get_option_name();
        const OptionSpec* spec = find(table, name.substr(std::min(name.size(), std::size_t{2})));
        const bool takes_none = spec != nullptr && spec->kind == ValueKind::Flag;
        throw usage(name + (takes_none ? " takes no value" : " needs a value"),
                    "run the command with --help to see its options");
    }
    return given;
}

Given from_environment(const OptionTable& table, const Environment& environment) {
    Given given;
    for (const OptionSpec& each : table) {
        if (each.environment.empty()) {
            continue;
        }
        const auto value = environment(each.environment);
        if (value && !value->empty()) {
            given[each.name] = {*value};
        }
    }
    return given;
}

// Options that say where and how to look, and so cannot stand in the file itself.
bool is_for_config(const OptionSpec& spec) {
    return spec.name != "config" && spec.name != "help" && spec.name != "version";
}

// [map] table.column = type: the same as --map table.column=type.
constexpr std::string_view map_section = "map.";

void add_map(const OptionTable& table, const po::option& option, Given& given) {
    if (find(table, "map") == nullptr) {
        return;
    }
    for (const std::string& type : option.value) {
        given["map"].push_back(option.string_key.substr(map_section.size()) + "=" + type);
    }
}

Given from_config(const OptionTable& table, const OptionTable& known, const std::string& path) {
    std::ifstream file{path};
    if (!file || std::filesystem::is_directory(path)) {
        throw usage("cannot read the config file " + path, "give --config a file that exists");
    }
    Given given;
    try {
        for (const po::option& option :
             po::parse_config_file(file, po::options_description{}, true).options) {
            if (option.string_key.starts_with(map_section)) {
                add_map(table, option, given);
                continue;
            }
            const std::string& name = option.string_key;
            const OptionSpec* spec = find(known, name);
            if (spec == nullptr || !is_for_config(*spec)) {
                throw usage("unknown option " + name + " in the config file " + path,
                            help_hint(known, name));
            }
            if (find(table, name) != nullptr) {
                std::vector<std::string>& values = given[name];
                values.insert(values.end(), option.value.begin(), option.value.end());
            }
        }
    } catch (const po::error&) {
        throw usage("the config file " + path + " is not a list of name = value lines",
                    "write one long option a line, without the dashes");
    }
    return given;
}

bool is_count(const std::string& text) {
    std::uint64_t value = 0;
    const auto end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, value);
    return result.ec == std::errc{} && result.ptr == end;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) {
        text += (text.empty() ? "" : ", ") + word;
    }
    return text;
}

void check_value(const OptionSpec& spec, const std::string& text) {
    const std::string what = "--" + spec.name + " cannot be '" + text + "'";
    switch (spec.kind) {
        case ValueKind::Flag:
            if (text != "true" && text != "false") {
                throw usage(what, "write true or false");
            }
            return;
        case ValueKind::Text:
        case ValueKind::List:
            if (text.empty()) {
                throw usage("--" + spec.name + " is empty", "give it a value, or leave it out");
            }
            return;
        case ValueKind::Duration:
            if (!parse_duration(text)) {
                throw usage(what, "write a duration such as 200ms, 2s, 10m or 1h");
            }
            return;
        case ValueKind::Count:
            if (!is_count(text)) {
                throw usage(what, "write a whole number");
            }
            return;
        case ValueKind::Choice:
            if (std::find(spec.choices.begin(), spec.choices.end(), text) == spec.choices.end()) {
                const std::string meant = nearest(text, spec.choices);
                throw usage(what, "write " + (meant.empty() ? "one of " + joined(spec.choices)
                                                            : meant + ", one of " +
                                                                  joined(spec.choices)));
            }
            return;
    }
}

}  // namespace

void Values::set(const std::string& name, const std::vector<std::string>& texts) {
    const OptionSpec& option = spec(name);
    for (const std::string& text : texts) {
        check_value(option, text);
    }
    if (texts.size() > 1 && option.kind != ValueKind::List) {
        throw usage("--" + name + " is given twice", "give it once");
    }
    values_[name] = texts;
}

const OptionSpec& Values::spec(const std::string& name) const {
    const OptionSpec* found = find(table_, name);
    DBSYNC_CHECK(found != nullptr, name.c_str());
    return *found;
}

bool Values::is_set(const std::string& name) const { return values_.contains(spec(name).name); }

bool Values::flag(const std::string& name) const { return text(name) == "true"; }

std::string Values::text(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? spec(name).default_value : found->second.front();
}

std::vector<std::string> Values::list(const std::string& name) const {
    const auto found = values_.find(spec(name).name);
    return found == values_.end() ? std::vector<std::string>{} : found->second;
}

std::chrono::milliseconds Values::duration(const std::string& name) const {
    const auto value = parse_duration(text(name));
    DBSYNC_CHECK(value.has_value(), name.c_str());
    return *value;
}

std::uint64_t Values::count(const std::string& name) const {
    const std::string digits = text(name);
    std::uint64_t value = 0;
    DBSYNC_CHECK(is_count(digits), name.c_str());
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

Environment process_environment() {
    return [](const std::string& name) -> std::optional<std::string> {
        const char* value = std::getenv(name.c_str());
        return value == nullptr ? std::nullopt : std::optional<std::string>{value};
    };
}

Values parse_options(const OptionTable& table,
                     const OptionTable& config_known,
                     const std::vector<std::string>& arguments,
                     const Environment& environment) {
    Values values{table};
    for (const auto& [name, texts] : from_arguments(table, arguments)) {
        values.set(name, texts);
    }
    const auto set_if_absent = [&](const Given& given) {
        for (const auto& [name, texts] : given) {
            if (!values.is_set(name)) {
                values.set(name, texts);
            }
        }
    };
    set_if_absent(from_environment(table, environment));
    if (values.is_set("config")) {
        set_if_absent(from_config(table, config_known, values.text("config")));
    }
    return values;
}

}  // namespace dbsync::cli
