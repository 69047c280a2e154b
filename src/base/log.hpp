// SPDX-License-Identifier: MIT
// The log: events, not sentences. A line is `<phase>.<what> key=value key=value`, values carry
// their unit in the key (`lag_ms=640`). Never to stdout, and never a password or a row's value.
// Safe from any thread; before configure() only warnings and errors are written, to stderr.
#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

namespace dbsync::log {

enum class Level { Trace, Debug, Info, Warn, Error, Off };
enum class Format { Text, Json };

struct Options {
    Level level = Level::Warn;
    std::string file = {};  // appended to; empty for stderr
    Format format = Format::Text;
};

// Throws Error{Usage} if the file cannot be written.
void configure(const Options& options);

// One key=value of an event.
struct Field {
    template <class T>
    Field(std::string_view field_name, const T& field_value) : name{field_name} {
        if constexpr (std::same_as<T, bool>) {
            value = field_value ? "true" : "false";
            bare = true;
        } else if constexpr (std::is_arithmetic_v<T>) {
            value = std::to_string(field_value);
            bare = true;
        } else {
            value = std::string{std::string_view{field_value}};
        }
    }

    std::string_view name;
    std::string value;
    bool bare = false;  // a number or boolean: without quotes in JSON
};

using Fields = std::initializer_list<Field>;

void trace(std::string_view event, Fields fields = {});
void debug(std::string_view event, Fields fields = {});
void info(std::string_view event, Fields fields = {});
void warn(std::string_view event, Fields fields = {});
void error(std::string_view event, Fields fields = {});

// "catchup.batch table=orders deltas=480": the text form. Values with spaces, quotes or control
// characters are quoted.
[[nodiscard]] std::string text_line(std::string_view event, Fields fields);
// "\"event\":\"catchup.batch\",\"table\":\"orders\"": the members of the JSON form.
[[nodiscard]] std::string json_members(std::string_view event, Fields fields);

}  // namespace dbsync::log
