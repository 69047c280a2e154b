// SPDX-License-Identifier: MIT
#include "engine/postgres/dump_toc.hpp"

#include <charconv>
#include <fmt/format.h>
#include <map>
#include <optional>

namespace dbsync::postgres {

namespace {

std::string_view next_line(std::string_view& rest) {
    const auto end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    return line;
}

// Takes a number off the front, with `after` behind it.
template <class Number>
bool take(std::string_view& text, std::string_view before, Number& number, std::string_view after) {
    if (!text.starts_with(before)) {
        return false;
    }
    const std::string_view digits = text.substr(before.size());
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const auto size = static_cast<std::size_t>(end - digits.data());
    if (error != std::errc{} || !digits.substr(size).starts_with(after)) {
        return false;
    }
    text = digits.substr(size + after.size());
    return true;
}

// "215; 1259 16386 TABLE public orders owner": what follows the numbers goes into `label`.
void read_list(std::string_view list, bool post_data, std::vector<TocEntry>& entries) {
    while (!list.empty()) {
        std::string_view line = next_line(list);
        TocEntry entry;
        if (take(line, "", entry.id, "; ") && take(line, "", entry.catalog, " ") &&
            take(line, "", entry.object, " ")) {
            entry.post_data = post_data;
            entry.label = line;
            entries.push_back(std::move(entry));
        }
    }
}

// What a script says of an entry.
struct Section {
    std::string_view name_line;
    std::string_view dependencies;
    std::string body;
};

bool is_default_setting(std::string_view line) {
    return line.starts_with("SET default_table_access_method = ") ||
           line.starts_with("SET default_tablespace = ");
}

// Settings for the next entry stand at the end of the one before; they are taken off, and the ones
// that hold are put in front of each body.
std::string with_settings(std::string_view body, std::map<std::string, std::string>& settings) {
    std::string prefix;
    for (const auto& [name, line] : settings) {
        prefix += line + "\n";
    }
    while (!body.empty()) {
        const auto last = body.find_last_not_of('\n');
        body = last == std::string_view::npos ? std::string_view{} : body.substr(0, last + 1);
        const auto begin = body.rfind('\n');
        const std::string_view line = body.substr(begin == std::string_view::npos ? 0 : begin + 1);
        if (!is_default_setting(line)) {
            break;
        }
        settings[std::string{line.substr(0, line.find('='))}] = line;
        body = begin == std::string_view::npos ? std::string_view{} : body.substr(0, begin);
    }
    return body.empty() ? std::string{} : prefix + std::string{body};
}

// The key under which a header line names its entry; nothing for any other line.
std::optional<std::string> header_key(std::string_view line) {
    int id = 0;
    std::uint32_t catalog = 0;
    std::uint32_t object = 0;
    if (take(line, "-- TOC entry ", id, " (class ") && take(line, "", catalog, " OID ") &&
        take(line, "", object, ")")) {
        return fmt::format("{} {} {}", id, catalog, object);
    }
    return std::nullopt;
}

// Splits at the header comments of the entries listed. The text of a function may contain what
// looks like one: an entry is only taken once, and only if it was listed.
std::map<std::string, Section> read_script(std::string_view script,
                                           const std::map<std::string, bool>& listed) {
    std::map<std::string, Section> sections;
    std::map<std::string, std::string> settings;
    Section* open = nullptr;
    const char* body_begin = nullptr;
    const auto close = [&](const char* end) {
        if (open != nullptr) {
            open->body = with_settings(
                {body_begin, static_cast<std::size_t>(end - body_begin)}, settings);
        }
        open = nullptr;
    };
    std::string_view rest = script;
    std::string_view before;
    while (!rest.empty()) {
        const std::string_view line = next_line(rest);
        const auto key = before == "--" ? header_key(line) : std::nullopt;
        if (key && listed.contains(*key) && !sections.contains(*key)) {
            close(before.data());
            open = &sections[*key];
            if (rest.starts_with("-- Dependencies:")) {
                open->dependencies = next_line(rest).substr(16);
            }
            open->name_line = next_line(rest);
            next_line(rest);
            body_begin = rest.data();
        } else if (line == "-- Completed on" || line == "-- PostgreSQL database dump complete" ||
                   line.starts_with("\\unrestrict ")) {
            close(line.data());
        }
        before = line;
    }
    close(script.data() + script.size());
    return sections;
}

// "-- Name: orders; Type: TABLE; Schema: public; Owner: x". A name may contain "; Type: ", so the
// type is the one with which the list's line begins.
std::string type_of(std::string_view name_line, std::string_view label) {
    constexpr std::string_view mark = "; Type: ";
    for (auto at = name_line.rfind(mark); at != std::string_view::npos && at > 0;
         at = name_line.rfind(mark, at - 1)) {
        const std::string_view after = name_line.substr(at + mark.size());
        const std::string_view type = after.substr(0, after.find("; Schema: "));
        if (label.starts_with(type) && label.substr(type.size()).starts_with(" ")) {
            return std::string{type};
        }
    }
    return {};
}

std::string without_owner(std::string_view label, std::string_view name_line) {
    constexpr std::string_view mark = "; Owner: ";
    const auto at = name_line.rfind(mark);
    const std::string_view owner =
        at == std::string_view::npos ? std::string_view{} : name_line.substr(at + mark.size());
    if (!owner.empty() && label.ends_with(owner)) {
        label.remove_suffix(owner.size());
    }
    while (label.ends_with(' ')) {
        label.remove_suffix(1);
    }
    return std::string{label};
}

std::vector<int> numbers(std::string_view text) {
    std::vector<int> all;
    for (int number = 0; take(text, " ", number, "");) {
        all.push_back(number);
    }
    return all;
}

std::string key_of(const TocEntry& entry) {
    return fmt::format("{} {} {}", entry.id, entry.catalog, entry.object);
}

}  // namespace

std::vector<TocEntry> read_toc(std::string_view pre_list, std::string_view post_list,
                               std::string_view script, std::string_view owner_script) {
    std::vector<TocEntry> listed;
    read_list(pre_list, false, listed);
    read_list(post_list, true, listed);
    std::map<std::string, bool> keys;
    for (const TocEntry& entry : listed) {
        keys[key_of(entry)] = entry.post_data;
    }
    const auto plain = read_script(script, keys);
    const auto owned = read_script(owner_script, keys);
    std::vector<TocEntry> entries;
    for (TocEntry& entry : listed) {
        const auto found = plain.find(key_of(entry));
        const auto with_owner = owned.find(key_of(entry));
        if (found == plain.end() || with_owner == owned.end()) {
            continue;
        }
        entry.type = type_of(found->second.name_line, entry.label);
        entry.label = without_owner(entry.label, with_owner->second.name_line);
        entry.dependencies = numbers(found->second.dependencies);
        entry.sql = found->second.body;
        if (with_owner->second.body.starts_with(entry.sql)) {
            entry.owner_sql = with_owner->second.body.substr(entry.sql.size());
        }
        entries.push_back(std::move(entry));
    }
    return entries;
}

}  // namespace dbsync::postgres
