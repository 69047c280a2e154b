// SPDX-License-Identifier: MIT
// Collations, sql_modes and types: single values of one server as the other has them.
#include "base/error.hpp"
#include "engine/mysql/dialect.hpp"
#include "engine/mysql/dialect_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace dbsync::mysql {

namespace {

struct Language {
    std::string_view mysql;    // utf8mb4_<mysql>_0900_…
    std::string_view mariadb;  // utf8mb4_uca1400_<mariadb>_…
};

constexpr std::array languages{
    Language{"cs", "czech"},     Language{"da", "danish"},     Language{"de_pb", "german2"},
    Language{"eo", "esperanto"}, Language{"es", "spanish"},    Language{"es_trad", "spanish2"},
    Language{"et", "estonian"},  Language{"hr", "croatian"},   Language{"hu", "hungarian"},
    Language{"is", "icelandic"}, Language{"la", "roman"},      Language{"lt", "lithuanian"},
    Language{"lv", "latvian"},   Language{"pl", "polish"},     Language{"ro", "romanian"},
    Language{"sk", "slovak"},    Language{"sl", "slovenian"},  Language{"sv", "swedish"},
    Language{"tr", "turkish"},   Language{"vi", "vietnamese"},
};

// MariaDB 11.4.5 and later know MySQL's 0900 collations by name (MDEV-20912).
constexpr int mariadb_knows_0900 = 110405;
constexpr int mariadb_knows_uca1400 = 101001;

constexpr std::string_view utf8mb4 = "utf8mb4_";
constexpr std::string_view uca1400 = "_uca1400_";

// Modes that only one kind of server has, and without which a text means the same there.
constexpr std::array<std::string_view, 8> dropped_modes{"NO_AUTO_CREATE_USER",
                                                        "NO_FIELD_OPTIONS",
                                                        "NO_KEY_OPTIONS",
                                                        "NO_TABLE_OPTIONS",
                                                        "MYSQL323",
                                                        "MYSQL40",
                                                        "DB2",
                                                        "MAXDB"};
constexpr std::array<std::string_view, 5> mariadb_modes{
    "ORACLE", "MSSQL", "POSTGRESQL", "EMPTY_STRING_IS_NULL", "SIMULTANEOUS_ASSIGNMENT"};

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

[[noreturn]] void refuse_collation(const std::string& collation, const Server& target) {
    throw Error{{.kind = ErrorKind::Unsupported,
                 .what_failed = target.text + " has no collation like " + collation,
                 .hint = "change the collation on the source to one that both servers have"}};
}

// utf8mb4_sv_0900_ai_ci → utf8mb4_uca1400_swedish_nopad_ai_ci: both compare without padding.
std::string to_uca1400(const std::string& collation, const Server& target) {
    if (collation == "utf8mb4_0900_bin") {
        return "utf8mb4_nopad_bin";
    }
    const auto at = collation.find("0900_");
    std::string language = collation.substr(utf8mb4.size(), at - utf8mb4.size());
    const std::string rest = collation.substr(at + 5);
    if (rest != "ai_ci" && rest != "as_ci" && rest != "as_cs") {
        refuse_collation(collation, target);
    }
    if (!language.empty()) {
        language.pop_back();
        const auto found =
            std::find_if(languages.begin(), languages.end(),
                         [&](const Language& each) { return each.mysql == language; });
        if (found == languages.end()) {
            refuse_collation(collation, target);
        }
        language = std::string{found->mariadb} + "_";
    }
    return "utf8mb4_uca1400_" + language + "nopad_" + rest;
}

std::string to_0900(const std::string& collation, const Server& target) {
    const auto at = collation.find(uca1400);
    const std::string charset = collation.substr(0, at);
    std::string rest = collation.substr(at + uca1400.size());
    if (const auto nopad = rest.find("nopad_"); nopad != std::string::npos) {
        rest.erase(nopad, 6);
    }
    const std::string ending = rest.size() < 5 ? rest : rest.substr(rest.size() - 5);
    std::string language = rest.substr(0, rest.size() - ending.size());
    if (charset == "utf8mb3" && language.empty() && ending == "ai_ci") {
        return "utf8mb3_unicode_520_ci";
    }
    if (charset != "utf8mb4" || ending == "ai_cs" || (ending == "as_ci" && !language.empty())) {
        refuse_collation(collation, target);
    }
    if (!language.empty()) {
        language.pop_back();
        const auto found =
            std::find_if(languages.begin(), languages.end(),
                         [&](const Language& each) { return each.mariadb == language; });
        if (found == languages.end()) {
            refuse_collation(collation, target);
        }
        language = std::string{found->mysql} + "_";
    }
    return "utf8mb4_" + language + "0900_" + ending;
}

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find(',', begin), text.size());
        parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

template <class Words>
bool is_one_of(const Words& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

std::string type_word(const std::string& type) {
    return type.substr(0, type.find_first_of(" ("));
}

}  // namespace

std::string carry_collation(const std::string& collation, const Server& target) {
    if (contains(collation, "_0900_") && target.mariadb) {
        return target.version >= mariadb_knows_0900 ? collation : to_uca1400(collation, target);
    }
    if (contains(collation, uca1400)) {
        if (!target.mariadb) {
            return to_0900(collation, target);
        }
        if (target.version < mariadb_knows_uca1400) {
            refuse_collation(collation, target);
        }
    }
    if (contains(collation, "nopad") && !target.mariadb) {
        return collation == "utf8mb4_nopad_bin" ? "utf8mb4_0900_bin"
                                                : (refuse_collation(collation, target), "");
    }
    if (target.mariadb && collation.starts_with("gb18030")) {
        refuse_collation(collation, target);
    }
    return collation;
}

// Fractions of seconds are rounded by MySQL and cut off by MariaDB, unless the mode says otherwise
// (MySQL "TIME_TRUNCATE_FRACTIONAL", MariaDB "TIME_ROUND_FRACTIONAL").
std::string carry_sql_mode(const std::string& sql_mode,
                           const Server& source,
                           const Server& target) {
    if (source.mariadb == target.mariadb) {
        return sql_mode;
    }
    const std::string_view theirs =
        source.mariadb ? "TIME_ROUND_FRACTIONAL" : "TIME_TRUNCATE_FRACTIONAL";
    const std::string_view ours =
        target.mariadb ? "TIME_ROUND_FRACTIONAL" : "TIME_TRUNCATE_FRACTIONAL";
    std::string carried{contains(sql_mode, theirs) ? std::string_view{} : ours};
    for (const std::string& mode : split(sql_mode)) {
        if (!target.mariadb && is_one_of(mariadb_modes, mode)) {
            throw Error{{.kind = ErrorKind::Unsupported,
                         .what_failed = target.text + " has no sql_mode " + mode,
                         .hint = "write it anew for the target, and create it there by hand"}};
        }
        if (mode != theirs && !is_one_of(dropped_modes, mode)) {
            carried += (carried.empty() ? "" : ",") + mode;
        }
    }
    return carried;
}

std::vector<Finding> type_findings(const Server& target, std::span<const Table> tables) {
    std::vector<Finding> findings;
    for (const Table& table : tables) {
        for (const Column& column : table.columns) {
            if (target.mariadb && column.type == "json") {  // MariaDB calls its own longtext
                findings.push_back({Severity::Ok, table.name.display(),
                                    "column " + column.name + ": JSON is kept as text by MariaDB"});
            }
            const ForeignType* type = find_type(type_word(column.type));
            if (type == nullptr || has_type(*type, target)) {
                continue;
            }
            if (type->instead.empty()) {
                findings.push_back({Severity::Fail, table.name.display(),
                                    fmt::format("column {} has the type {}, which {} does not have",
                                                column.name, type->name, target.text),
                                    "change its type on the source, or use --exclude"});
            } else {
                findings.push_back({Severity::Warn, table.name.display(),
                                    fmt::format("column {}: type {} becomes {}", column.name,
                                                type->name, type->instead),
                                    "make sure that the application can live with it"});
            }
        }
    }
    return findings;
}

}  // namespace dbsync::mysql
