// SPDX-License-Identifier: MIT
#include "base/log.hpp"

#include "base/error.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <utility>

namespace dbsync::log {

namespace {

struct Log {
    std::shared_ptr<spdlog::logger> logger;
    Format format = Format::Text;
};

constexpr const char* text_pattern = "%Y-%m-%dT%H:%M:%S.%e%z %l %v";
constexpr const char* json_pattern =
    R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l",%v})";

Log make(spdlog::sink_ptr sink, const Options& options) {
    auto logger = std::make_shared<spdlog::logger>("dbsync", std::move(sink));
    logger->set_pattern(options.format == Format::Json ? json_pattern : text_pattern);
    switch (options.level) {
        case Level::Trace: logger->set_level(spdlog::level::trace); break;
        case Level::Debug: logger->set_level(spdlog::level::debug); break;
        case Level::Info: logger->set_level(spdlog::level::info); break;
        case Level::Warn: logger->set_level(spdlog::level::warn); break;
        case Level::Error: logger->set_level(spdlog::level::err); break;
        case Level::Off: logger->set_level(spdlog::level::off); break;
    }
    // A run may be killed at any moment: what was logged before must be readable after.
    logger->flush_on(spdlog::level::trace);
    return {std::move(logger), options.format};
}

Log& current() {
    static Log log = make(std::make_shared<spdlog::sinks::stderr_sink_mt>(), Options{});
    return log;
}

void write(spdlog::level::level_enum level, std::string_view event, Fields fields) {
    const Log& log = current();
    if (!log.logger->should_log(level)) {
        return;
    }
    const std::string line =
        log.format == Format::Json ? json_members(event, fields) : text_line(event, fields);
    log.logger->log(level, spdlog::string_view_t{line.data(), line.size()});
}

std::string quoted(std::string_view value) {
    std::string text = "\"";
    for (const char c : value) {
        if (c == '"' || c == '\\') {
            text += '\\';
            text += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            text += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
            text += c;
        }
    }
    return text + "\"";
}

bool needs_quotes(std::string_view value) {
    for (const char c : value) {
        if (static_cast<unsigned char>(c) <= 0x20 || c == '"' || c == '=') {
            return true;
        }
    }
    return value.empty();
}

}  // namespace

void configure(const Options& options) {
    if (options.file.empty()) {
        current() = make(std::make_shared<spdlog::sinks::stderr_sink_mt>(), options);
        return;
    }
    try {
        current() =
            make(std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.file), options);
    } catch (const spdlog::spdlog_ex&) {
        throw Error{{.kind = ErrorKind::Usage,
                     .what_failed = "cannot write the log file " + options.file,
                     .hint = "give --log-file a path that can be written"}};
    }
}

std::string text_line(std::string_view event, Fields fields) {
    std::string line{event};
    for (const Field& field : fields) {
        line += ' ';
        line += field.name;
        line += '=';
        line += needs_quotes(field.value) ? quoted(field.value) : field.value;
    }
    return line;
}

std::string json_members(std::string_view event, Fields fields) {
    std::string line = "\"event\":" + quoted(event);
    for (const Field& field : fields) {
        line += ',' + quoted(field.name) + ':' + (field.bare ? field.value : quoted(field.value));
    }
    return line;
}

void trace(std::string_view event, Fields fields) { write(spdlog::level::trace, event, fields); }
void debug(std::string_view event, Fields fields) { write(spdlog::level::debug, event, fields); }
void info(std::string_view event, Fields fields) { write(spdlog::level::info, event, fields); }
void warn(std::string_view event, Fields fields) { write(spdlog::level::warn, event, fields); }
void error(std::string_view event, Fields fields) { write(spdlog::level::err, event, fields); }

}  // namespace dbsync::log
