// SPDX-License-Identifier: MIT
// Dates, times of day and moments. See row/canonical.hpp.
#include "row/canonical.hpp"
#include "row/digits.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace dbsync {

namespace {

// Takes exactly `count` digits off the front as a number below 10^9.
bool take_digits(std::string_view& text, std::size_t count, int& number) noexcept {
    if (text.size() < count || !all_digits(text.substr(0, count))) {
        return false;
    }
    number = 0;
    for (std::size_t i = 0; i < count; ++i) {
        number = number * 10 + (text[i] - '0');
    }
    text.remove_prefix(count);
    return true;
}

bool take(std::string_view& text, char c) noexcept {
    if (!text.starts_with(c)) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

struct Date {
    std::int64_t year = 0;
    int month = 0;
    int day = 0;
};

bool is_leap(std::int64_t year) noexcept {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int days_of(const Date& date) noexcept {
    constexpr std::array<int, 12> days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return date.month == 2 && is_leap(date.year)
               ? 29
               : days[static_cast<std::size_t>(date.month - 1)];
}

constexpr std::size_t year_digits_max = 7;  // PostgreSQL's years end at 294276 and 5874897

bool take_date(std::string_view& text, Date& date) noexcept {
    const bool negative = text.starts_with('-') && take(text, '-');
    const std::size_t year_end = std::min(text.find('-'), text.size());
    int year = 0;
    if (year_end < 4 || year_end > year_digits_max || !take_digits(text, year_end, year) ||
        !take(text, '-') || !take_digits(text, 2, date.month) || !take(text, '-') ||
        !take_digits(text, 2, date.day)) {
        return false;
    }
    date.year = negative ? -year : year;
    return date.month >= 1 && date.month <= 12 && date.day >= 1 && date.day <= days_of(date);
}

void put_two(std::string& text, char before, int number) {
    text += before;
    text += static_cast<char>('0' + number / 10);
    text += static_cast<char>('0' + number % 10);
}

constexpr std::size_t moment_bytes = 32;  // room for nearly all of them

void put(std::string& text, const Date& date) {
    const std::string year = std::to_string(date.year < 0 ? -date.year : date.year);
    text.append(date.year < 0 ? "-" : "");
    text.append(year.size() < 4 ? 4 - year.size() : 0, '0');
    text += year;
    put_two(text, '-', date.month);
    put_two(text, '-', date.day);
}

struct Clock {
    int hour = 0;
    int minute = 0;
    int second = 0;
    std::string fraction;  // digits without trailing zeros
};

bool take_clock(std::string_view& text, Clock& clock) noexcept {
    const std::size_t hour_end = std::min(text.find(':'), text.size());
    if (hour_end < 1 || hour_end > 3 || !take_digits(text, hour_end, clock.hour) ||
        !take(text, ':') || !take_digits(text, 2, clock.minute)) {
        return false;
    }
    if (take(text, ':') && !take_digits(text, 2, clock.second)) {
        return false;
    }
    if (take(text, '.')) {
        std::size_t count = 0;
        while (count < text.size() && is_digit(text[count])) {
            ++count;
        }
        clock.fraction = without_trailing_zeros(text.substr(0, count));
        text.remove_prefix(count);
        if (count == 0) {
            return false;
        }
    }
    return clock.minute < 60 && clock.second < 60;
}

void put(std::string& text, const Clock& clock) {
    const std::string hour = std::to_string(clock.hour);
    text.append(hour.size() < 2 ? 1 : 0, '0');
    text += hour;
    put_two(text, ':', clock.minute);
    put_two(text, ':', clock.second);
    if (!clock.fraction.empty()) {
        text += '.';
        text += clock.fraction;
    }
}

std::string text_of(const Date& date, const Clock& clock) {
    std::string text;
    text.reserve(moment_bytes);
    put(text, date);
    text += ' ';
    put(text, clock);
    return text;
}

// "+02", "-03:30", "+05:45:10", "Z"; in seconds.
bool take_offset(std::string_view& text, int& seconds) noexcept {
    seconds = 0;
    if (text.empty() || text == "Z" || text == "z") {
        text = {};
        return true;
    }
    if (text.front() != '+' && text.front() != '-') {
        return false;
    }
    const int sign = take_sign(text) ? -1 : 1;
    int hours = 0;
    int minutes = 0;
    int rest = 0;
    if (!take_digits(text, 2, hours)) {
        return false;
    }
    if (take(text, ':') || (!text.empty() && is_digit(text.front()))) {
        if (!take_digits(text, 2, minutes)) {
            return false;
        }
    }
    if (take(text, ':') && !take_digits(text, 2, rest)) {
        return false;
    }
    seconds = sign * (hours * 3600 + minutes * 60 + rest);
    return true;
}

void add_day(Date& date, int by) noexcept {
    date.day += by;
    if (date.day == 0) {
        date.month = date.month == 1 ? 12 : date.month - 1;
        date.year -= date.month == 12 ? 1 : 0;
        date.day = days_of(date);
    } else if (date.day > days_of(date)) {
        date.day = 1;
        date.month = date.month == 12 ? 1 : date.month + 1;
        date.year += date.month == 1 ? 1 : 0;
    }
}

void to_utc(Date& date, Clock& clock, int offset) noexcept {
    constexpr int day = 24 * 3600;
    int seconds = clock.hour * 3600 + clock.minute * 60 + clock.second - offset;
    if (seconds < 0) {
        seconds += day;
        add_day(date, -1);
    } else if (seconds >= day) {
        seconds -= day;
        add_day(date, 1);
    }
    clock.hour = seconds / 3600;
    clock.minute = seconds / 60 % 60;
    clock.second = seconds % 60;
}

bool take_moment(std::string_view& text, Date& date, Clock& clock) noexcept {
    if (!take_date(text, date)) {
        return false;
    }
    if (text.empty()) {
        return true;  // midnight
    }
    return (take(text, ' ') || take(text, 'T')) && take_clock(text, clock) && clock.hour < 24;
}

}  // namespace

std::optional<std::string> canonical_date(std::string_view text) {
    Date date;
    if (!take_date(text, date) || !text.empty()) {
        return std::nullopt;
    }
    std::string result;
    put(result, date);
    return result;
}

std::optional<std::string> canonical_time(std::string_view text) {
    const bool negative = take_sign(text);
    Clock clock;
    if (!take_clock(text, clock) || !text.empty()) {
        return std::nullopt;
    }
    std::string time;
    put(time, clock);
    return negative && time != "00:00:00" ? "-" + time : time;
}

std::optional<std::string> canonical_datetime(std::string_view text) {
    Date date;
    Clock clock;
    if (!take_moment(text, date, clock) || !text.empty()) {
        return std::nullopt;
    }
    return text_of(date, clock);
}

std::optional<std::string> canonical_instant(std::string_view text) {
    Date date;
    Clock clock;
    int offset = 0;
    if (!take_moment(text, date, clock)) {
        return std::nullopt;
    }
    take(text, ' ');
    if (!take_offset(text, offset) || !text.empty()) {
        return std::nullopt;
    }
    to_utc(date, clock, offset);
    return text_of(date, clock);
}

}  // namespace dbsync
