// SPDX-License-Identifier: MIT
#include "base/duration.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <utility>

namespace dbsync {

namespace {

constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> units{
    {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes "12", "1.5" or ".5" off the front, as thousandths.
std::optional<std::int64_t> take_thousandths(std::string_view& text) {
    constexpr std::int64_t whole_max = 100'000'000'000;
    std::int64_t value = 0;
    std::int64_t place = 1'000;
    bool any = false;
    bool fraction = false;
    while (!text.empty() && (is_digit(text.front()) || (text.front() == '.' && !fraction))) {
        if (text.front() == '.') {
            fraction = true;
        } else if (!fraction) {
            any = true;
            value = value * 10 + (text.front() - '0') * 1'000;
        } else {
            any = true;
            place /= 10;
            value += (text.front() - '0') * place;
        }
        if (value > whole_max * 1'000) {
            return std::nullopt;
        }
        text.remove_prefix(1);
    }
    return any ? std::optional{value} : std::nullopt;
}

// Takes letters off the front; nothing for an unknown unit.
std::optional<std::int64_t> take_unit_ms(std::string_view& text) {
    std::size_t length = 0;
    while (length < text.size() && text[length] >= 'a' && text[length] <= 'z') {
        ++length;
    }
    const std::string_view name = text.substr(0, length);
    text.remove_prefix(length);
    for (const auto& [unit, ms] : units) {
        if (unit == name) {
            return ms;
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    const std::int64_t limit = std::chrono::milliseconds{duration_max}.count();
    std::int64_t total = 0;
    bool first = true;
    do {
        const auto amount = take_thousandths(text);
        if (!amount) {
            return std::nullopt;
        }
        const auto unit = first && text.empty() ? std::optional<std::int64_t>{1'000}
                                                : take_unit_ms(text);
        if (!unit || *amount / 1'000 > limit / *unit) {
            return std::nullopt;
        }
        total += *amount * *unit / 1'000;
        if (total > limit) {
            return std::nullopt;
        }
        first = false;
    } while (!text.empty());
    return std::chrono::milliseconds{total};
}

std::string show_duration(std::chrono::milliseconds duration) {
    const std::int64_t ms = duration.count();
    const std::int64_t seconds = ms / 1'000;
    if (ms < 1'000) {
        return fmt::format("{} ms", ms);
    }
    if (seconds < 60) {
        return fmt::format("{}.{} s", seconds, ms % 1'000 / 100);
    }
    if (seconds < 3'600) {
        return fmt::format("{} min {} s", seconds / 60, seconds % 60);
    }
    return fmt::format("{} h {} min", seconds / 3'600, seconds % 3'600 / 60);
}

}  // namespace dbsync
