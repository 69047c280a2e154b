// SPDX-License-Identifier: MIT
#include "engine/mysql/delta_cursor.hpp"

#include "base/check.hpp"
#include "base/error.hpp"
#include "engine/mysql/connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <iterator>
#include <optional>
#include <string_view>

namespace dbsync::mysql {

namespace {

// Takes a number from the front of `text`.
template <typename Number>
bool take_number(std::string_view& text, Number& value) {
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{}) {
        return false;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

bool take(std::string_view& text, char c) {
    if (!text.starts_with(c)) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

// "7", "1-500" or "7-99/2".
std::optional<IdRun> take_run(std::string_view& text) {
    IdRun run{.first = 0, .count = 1, .step = 1};
    if (!take_number(text, run.first)) {
        return std::nullopt;
    }
    if (!take(text, '-')) {
        return run;
    }
    std::uint64_t last = 0;
    if (!take_number(text, last) || (take(text, '/') && !take_number(text, run.step))) {
        return std::nullopt;
    }
    if (run.step == 0 || last <= run.first || (last - run.first) % run.step != 0) {
        return std::nullopt;
    }
    run.count = (last - run.first) / run.step + 1;
    return run;
}

bool take_runs(std::string_view& text, IdSet& ids) {
    do {
        const std::optional<IdRun> run = take_run(text);
        if (!run || (!ids.empty() && run->first <= ids.last())) {
            return false;
        }
        ids.append(*run);
    } while (take(text, ','));
    return true;
}

bool take_objects(std::string_view text, std::map<std::int32_t, IdSet>& objects) {
    while (take(text, ';')) {
        std::int32_t object = 0;
        if (!take_number(text, object) || !take(text, ':') || !take_runs(text, objects[object])) {
            return false;
        }
    }
    return text.empty();
}

void write(const IdRun& run, std::string& text) {
    const auto out = std::back_inserter(text);
    fmt::format_to(out, "{}", run.first);
    if (run.count > 1) {
        fmt::format_to(out, "-{}", run.last());
    }
    if (run.count > 1 && run.step > 1) {
        fmt::format_to(out, "/{}", run.step);
    }
}

}  // namespace

// A run of two may become one of more, with whatever step; one of three has its step.
void IdSet::append(std::uint64_t id) {
    DBSYNC_CHECK(empty() || id > last(), "ids are appended in ascending order");
    ++count_;
    if (!runs_.empty()) {
        IdRun& run = runs_.back();
        if (run.count == 1) {
            run.step = id - run.first;
            run.count = 2;
            return;
        }
        if (id == run.last() + run.step) {
            ++run.count;
            return;
        }
        if (run.count == 2 && id - run.last() < run.step) {
            // Two single ids far apart, and a third near the second: the step begins there.
            const std::uint64_t second = run.last();
            run = {.first = run.first, .count = 1, .step = 1};
            runs_.push_back({.first = second, .count = 2, .step = id - second});
            return;
        }
    }
    runs_.push_back({.first = id, .count = 1, .step = 1});
}

void IdSet::append(const IdRun& run) {
    DBSYNC_CHECK(run.count > 0 && (empty() || run.first > last()), "runs do not overlap");
    runs_.push_back(run);
    count_ += run.count;
}

std::uint64_t IdWalk::id() const noexcept {
    const IdRun& run = set_->runs()[run_];
    return run.first + offset_ * run.step;
}

void IdWalk::next() noexcept {
    if (++offset_ == set_->runs()[run_].count) {
        ++run_;
        offset_ = 0;
    }
}

bool IdWalk::reach(std::uint64_t wanted) noexcept {
    while (!done() && set_->runs()[run_].last() < wanted) {
        ++run_;
        offset_ = 0;
    }
    if (done()) {
        return false;
    }
    const IdRun& run = set_->runs()[run_];
    if (wanted > run.first) {
        offset_ = std::max(offset_, (wanted - run.first + run.step - 1) / run.step);
    }
    return id() == wanted;
}

IdSpan span_of(const IdSet& ids, const IdSet& without) {
    IdSpan span;
    IdWalk gone{without};
    for (IdWalk walk{ids}; !walk.done(); walk.next()) {
        if (gone.reach(walk.id())) {
            continue;
        }
        span.lowest = span.count == 0 ? walk.id() : span.lowest;
        span.highest = walk.id();
        ++span.count;
    }
    return span;
}

DeltaCursor DeltaCursor::parse(const Cursor& cursor) {
    DeltaCursor parsed;
    std::string_view text = cursor.text();
    if (text.empty()) {
        return parsed;
    }
    const auto end = std::min(text.find('@'), text.size());
    parsed.epoch = text.substr(0, end);
    text.remove_prefix(end);
    std::uint64_t boot = 0;
    const bool has_boot = take(text, '@') && take_number(text, boot);
    parsed.boot = static_cast<std::int64_t>(boot);
    if (!has_boot || !take(text, ';') || !take_number(text, parsed.batch) ||
        !take_objects(text, parsed.objects)) {
        throw Error{{.kind = ErrorKind::Internal,
                     .what_failed = fmt::format("the stored position '{:.40}' is none of a MySQL "
                                                "or MariaDB source",
                                                cursor.text())}};
    }
    return parsed;
}

Cursor DeltaCursor::cursor() const {
    std::string text = fmt::format("{}@{};{}", epoch, boot, batch);
    for (const auto& [object, ids] : objects) {
        if (ids.empty()) {
            continue;
        }
        fmt::format_to(std::back_inserter(text), ";{}:", object);
        for (const IdRun& run : ids.runs()) {
            text += text.back() == ':' ? "" : ",";
            write(run, text);
        }
    }
    return Cursor{text};
}

void DeltaCursor::keep_ids_since(std::int64_t started) {
    constexpr std::int64_t tolerance_s = 2;
    if (std::abs(started - boot) > tolerance_s) {
        objects.clear();
    }
}

// Both servers count the uptime from the clock as it was at the start, so steps of the clock cancel
// out.
std::int64_t read_boot(Connection& connection) {
    const Result uptime = connection.run("SHOW GLOBAL STATUS LIKE 'Uptime'");
    return connection.run("SELECT UNIX_TIMESTAMP()").integer(0, 0) - std::stoll(uptime.text(0, 1));
}

const IdSet& DeltaCursor::ids(std::int32_t object) const {
    static const IdSet none;
    const auto found = objects.find(object);
    return found == objects.end() ? none : found->second;
}

}  // namespace dbsync::mysql
