// SPDX-License-Identifier: MIT
#include "row/canonical.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace dbsync {

namespace {

constexpr char upper_digits[] = "0123456789ABCDEF";

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

bool all_digits(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Takes a sign off the front; whether it was a minus.
bool take_sign(std::string_view& text) noexcept {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) {
        text.remove_prefix(1);
    }
    return negative;
}

std::string_view without_leading_zeros(std::string_view digits) noexcept {
    while (digits.size() > 1 && digits.front() == '0') {
        digits.remove_prefix(1);
    }
    return digits;
}

std::string_view without_trailing_zeros(std::string_view digits) noexcept {
    while (digits.ends_with('0')) {
        digits.remove_suffix(1);
    }
    return digits;
}

// Digits with a decimal point at `point` (from the front), which may lie outside of them.
std::string placed_point(bool negative, const std::string& digits, std::int64_t point) {
    std::string whole;
    std::string fraction;
    const auto size = static_cast<std::int64_t>(digits.size());
    if (point <= 0) {
        fraction = std::string(static_cast<std::size_t>(-point), '0') + digits;
    } else if (point >= size) {
        whole = digits + std::string(static_cast<std::size_t>(point - size), '0');
    } else {
        whole = digits.substr(0, static_cast<std::size_t>(point));
        fraction = digits.substr(static_cast<std::size_t>(point));
    }
    std::string text{without_leading_zeros(whole.empty() ? "0" : whole)};
    const std::string_view kept = without_trailing_zeros(fraction);
    if (!kept.empty()) {
        text += "." + std::string{kept};
    }
    return negative && text != "0" ? "-" + text : text;
}

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

std::string two(int number) {
    return {static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
}

std::string text_of(const Date& date) {
    std::string year = std::to_string(date.year < 0 ? -date.year : date.year);
    year.insert(0, year.size() < 4 ? 4 - year.size() : 0, '0');
    return (date.year < 0 ? "-" : "") + year + "-" + two(date.month) + "-" + two(date.day);
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

std::string text_of(const Clock& clock) {
    std::string hour = std::to_string(clock.hour);
    hour.insert(0, hour.size() < 2 ? 1 : 0, '0');
    return hour + ":" + two(clock.minute) + ":" + two(clock.second) +
           (clock.fraction.empty() ? "" : "." + clock.fraction);
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

template <typename Number>
std::optional<std::string> canonical_float(std::string_view text) {
    bool negative = false;
    std::string_view rest = text;
    if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) {
        negative = take_sign(rest);
    }
    std::string word{rest};
    std::transform(word.begin(), word.end(), word.begin(), lower);
    if (word == "nan") {
        return "nan";
    }
    if (word == "inf" || word == "infinity") {
        return negative ? "-inf" : "inf";
    }
    Number number = 0;
    const auto [end, problem] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (problem != std::errc{} || end != rest.data() + rest.size() || rest.front() == '-') {
        return std::nullopt;
    }
    number = negative ? -number : number;
    std::array<char, 64> buffer{};
    const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
    return std::string{buffer.data(), written.ptr};
}

}  // namespace

const char* kind_name(Kind kind) noexcept {
    switch (kind) {
        case Kind::Bool: return "boolean";
        case Kind::Int: return "integer";
        case Kind::Decimal: return "decimal";
        case Kind::Float32: return "32-bit float";
        case Kind::Float64: return "64-bit float";
        case Kind::Text: return "text";
        case Kind::Bytes: return "bytes";
        case Kind::Date: return "date";
        case Kind::Time: return "time";
        case Kind::DateTime: return "date and time";
        case Kind::Instant: return "instant";
        case Kind::Json: return "JSON";
        case Kind::Uuid: return "UUID";
        case Kind::Bits: return "bits";
    }
    return "";
}

std::optional<std::string> canonical_int(std::string_view text) {
    const bool negative = take_sign(text);
    if (!all_digits(text)) {
        return std::nullopt;
    }
    const std::string digits{without_leading_zeros(text)};
    return negative && digits != "0" ? "-" + digits : digits;
}

std::optional<std::string> canonical_decimal(std::string_view text) {
    constexpr std::int64_t exponent_max = 100'000;  // numeric has up to 131,072 digits
    const bool negative = take_sign(text);
    std::int64_t exponent = 0;
    if (const auto e = text.find_first_of("eE"); e != std::string_view::npos) {
        std::string_view digits = text.substr(e + 1);
        digits.remove_prefix(digits.starts_with('+') ? 1 : 0);
        const auto [end, problem] =
            std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
        if (problem != std::errc{} || end != digits.data() + digits.size() ||
            exponent > exponent_max || exponent < -exponent_max) {
            return std::nullopt;
        }
        text = text.substr(0, e);
    }
    const auto dot = std::min(text.find('.'), text.size());
    const std::string_view whole = text.substr(0, dot);
    const std::string_view fraction = text.substr(std::min(dot + 1, text.size()));
    if ((whole.empty() && fraction.empty()) || (!whole.empty() && !all_digits(whole)) ||
        (!fraction.empty() && !all_digits(fraction))) {
        return std::nullopt;
    }
    return placed_point(negative, std::string{whole} + std::string{fraction},
                        static_cast<std::int64_t>(whole.size()) + exponent);
}

std::optional<std::string> canonical_float32(std::string_view text) {
    return canonical_float<float>(text);
}

std::optional<std::string> canonical_float64(std::string_view text) {
    return canonical_float<double>(text);
}

std::optional<std::string> canonical_date(std::string_view text) {
    Date date;
    if (!take_date(text, date) || !text.empty()) {
        return std::nullopt;
    }
    return text_of(date);
}

std::optional<std::string> canonical_time(std::string_view text) {
    const bool negative = take_sign(text);
    Clock clock;
    if (!take_clock(text, clock) || !text.empty()) {
        return std::nullopt;
    }
    const std::string time = text_of(clock);
    return negative && time != "00:00:00" ? "-" + time : time;
}

std::optional<std::string> canonical_datetime(std::string_view text) {
    Date date;
    Clock clock;
    if (!take_moment(text, date, clock) || !text.empty()) {
        return std::nullopt;
    }
    return text_of(date) + " " + text_of(clock);
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
    return text_of(date) + " " + text_of(clock);
}

std::optional<std::string> canonical_uuid(std::string_view text) {
    if (text.starts_with('{') && text.ends_with('}')) {
        text = text.substr(1, text.size() - 2);
    }
    std::string digits;
    for (const char c : text) {
        if (c == '-') {
            continue;
        }
        const char digit = lower(c);
        if (!is_digit(digit) && (digit < 'a' || digit > 'f')) {
            return std::nullopt;
        }
        digits += digit;
    }
    if (digits.size() != 32) {
        return std::nullopt;
    }
    for (const std::size_t at : {8U, 13U, 18U, 23U}) {
        digits.insert(at, "-");
    }
    return digits;
}

// Well-formed UTF-8 (RFC 3629, section 4).
bool is_utf8(std::string_view text) noexcept {
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        if ((lead >= 0x80 && lead < 0xc2) || lead > 0xf4 || i + length > text.size()) {
            return false;
        }
        for (std::size_t k = 1; k < length; ++k) {
            const auto byte = static_cast<unsigned char>(text[i + k]);
            const int low = k > 1 ? 0x80 : lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
            const int high = k > 1 ? 0xbf : lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
            if (byte < low || byte > high) {
                return false;
            }
        }
        i += length;
    }
    return true;
}

std::string hex_of(std::string_view bytes) {
    std::string hex(bytes.size() * 2, '0');
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto byte = static_cast<unsigned char>(bytes[i]);
        hex[2 * i] = upper_digits[byte >> 4U];
        hex[2 * i + 1] = upper_digits[byte & 15U];
    }
    return hex;
}

std::optional<std::string> bytes_of(std::string_view hex) {
    const auto digit = [](char c) {
        const char small = lower(c);
        return is_digit(small) ? small - '0' : small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
    };
    if (hex.size() % 2 != 0) {
        return std::nullopt;
    }
    std::string bytes(hex.size() / 2, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const int high = digit(hex[2 * i]);
        const int low = digit(hex[2 * i + 1]);
        if (high < 0 || low < 0) {
            return std::nullopt;
        }
        bytes[i] = static_cast<char>(high * 16 + low);
    }
    return bytes;
}

void append_canonical_null(std::string& row) {
    row += "\\N";
}

void append_canonical(std::string& row, std::string_view value) {
    for (const char c : value) {
        switch (c) {
            case '\\': row += "\\\\"; break;
            case '\t': row += "\\t"; break;
            case '\n': row += "\\n"; break;
            case '\0': row += "\\0"; break;
            default: row += c;
        }
    }
}

std::vector<std::string_view> canonical_fields(std::string_view row) {
    if (row.ends_with('\n')) {
        row.remove_suffix(1);
    }
    std::vector<std::string_view> fields;
    for (;;) {
        const auto tab = row.find('\t');
        fields.push_back(row.substr(0, tab));
        if (tab == std::string_view::npos) {
            return fields;
        }
        row.remove_prefix(tab + 1);
    }
}

std::optional<std::string> canonical_value(std::string_view field) {
    if (field == "\\N") {
        return std::nullopt;
    }
    std::string value;
    value.reserve(field.size());
    for (std::size_t i = 0; i < field.size(); ++i) {
        if (field[i] != '\\' || i + 1 == field.size()) {
            value += field[i];
            continue;
        }
        const char c = field[++i];
        value += c == 't' ? '\t' : c == 'n' ? '\n' : c == '0' ? '\0' : c;
    }
    return value;
}

std::string canonical_digest(std::string_view columns) {
    const XXH128_hash_t hash = XXH3_128bits(columns.data(), columns.size());
    std::string digest(32, '0');
    for (std::size_t i = 0; i < 16; ++i) {
        digest[15 - i] = upper_digits[hash.high64 >> (4 * i) & 15U];
        digest[31 - i] = upper_digits[hash.low64 >> (4 * i) & 15U];
    }
    return digest;
}

}  // namespace dbsync
