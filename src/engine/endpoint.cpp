// SPDX-License-Identifier: MIT
// Takes the password out before anything else can see the URL. What cannot be taken apart safely
// is refused, and the refusal never repeats the text: it may hold a secret in the wrong place.
#include "engine/endpoint.hpp"

#include "base/error.hpp"
#include "engine/mysql/url.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

namespace dbsync {

namespace {

constexpr const char* url_hint =
    "write postgresql://user@host:port/database, mysql://user@host:port/database, "
    "sqlite:///absolute/path.db or sqlite:relative.db";

// Parameters of libpq that hold secrets of other kinds than the password (PostgreSQL 15 manual,
// 34.1.2; the last three came with 18). Only the password has a place of its own here.
constexpr std::array<std::string_view, 4> other_secrets{"sslpassword", "oauth_client_secret",
                                                        "scram_client_key", "scram_server_key"};
// A connection string that is no URL begins with one of these (same section).
constexpr std::array<std::string_view, 10> conninfo_keywords{
    "host", "hostaddr", "port", "dbname", "user", "password", "service", "sslmode", "passfile",
    "application_name"};

Error usage(const std::string& what, const std::string& hint = url_hint) {
    return Error{{.kind = ErrorKind::Usage, .what_failed = what, .hint = hint}};
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char lower = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string percent_decoded(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
        if (high < 0 || low < 0 || (high == 0 && low == 0)) {
            throw usage("the password in the URL has a wrong percent-encoding",
                        "write each special character as %XX, for example @ as %40");
        }
        decoded += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return decoded;
}

void refuse_other_secret(std::string_view key) {
    if (std::find(other_secrets.begin(), other_secrets.end(), key) != other_secrets.end()) {
        throw usage("a URL may not hold " + std::string{key} + ": URLs are remembered",
                    "put it into a connection service file and give ?service=NAME");
    }
}

// "user:secret@host" → "user@host". libpq takes what stands before the first @ for the user and
// the password; an @ or / in a password must be encoded, and is not guessed at here.
std::string take_from_authority(std::string_view authority, std::string& password) {
    const auto at = authority.find('@');
    if (at == std::string_view::npos) {
        return std::string{authority};
    }
    if (authority.find('@', at + 1) != std::string_view::npos) {
        throw usage("the URL has more than one @ before the host",
                    "write an @ in a user name or password as %40");
    }
    const std::string_view user = authority.substr(0, at);
    const auto colon = user.find(':');
    if (colon == std::string_view::npos) {
        return std::string{authority};
    }
    password = percent_decoded(user.substr(colon + 1));
    return std::string{user.substr(0, colon)} + std::string{authority.substr(at)};
}

// Puts the parameters together again without the password.
std::string take_from_query(std::string_view query, std::string& password) {
    std::string kept;
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const std::string_view parameter = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        const auto equals = std::min(parameter.find('='), parameter.size());
        const std::string key = percent_decoded(parameter.substr(0, equals));
        refuse_other_secret(key);
        if (key == "password") {
            password = percent_decoded(
                parameter.substr(std::min(equals + 1, parameter.size())));
            continue;
        }
        kept += (kept.empty() ? "" : "&") + std::string{parameter};
    }
    return kept;
}

// What follows "scheme://", for a server.
Endpoint parse_server_url(EngineKind engine, std::string_view scheme, std::string_view rest) {
    Endpoint endpoint;
    endpoint.engine = engine;
    const auto authority_end = std::min(rest.find_first_of("/?"), rest.size());
    const std::string_view authority = rest.substr(0, authority_end);
    std::string_view path = rest.substr(authority_end);
    const auto question = std::min(path.find('?'), path.size());
    const std::string_view query = path.substr(std::min(question + 1, path.size()));
    path = path.substr(0, question);
    const bool split_password =
        authority.find('@') == std::string_view::npos && rest.find('@') != std::string_view::npos &&
        authority.find(':') != std::string_view::npos;
    if (split_password) {
        throw usage("the URL has an @ after the host: part of a password seems to be there",
                    "write / in a password as %2F, ? as %3F and @ as %40");
    }
    endpoint.url = std::string{scheme} + "://" + take_from_authority(authority, endpoint.password) +
                   std::string{path};
    const std::string kept = take_from_query(query, endpoint.password);
    if (!kept.empty()) {
        endpoint.url += "?" + kept;
    }
    return endpoint;
}

// The "key = value" form, with libpq's quoting: 'it\'s'.
class ConninfoReader {
  public:
    explicit ConninfoReader(std::string_view text) : text_{text} {}

    // The next pair, with the text it was written as.
    struct Pair {
        std::string key;
        std::string value;
        std::string written;
    };
    std::optional<Pair> next() {
        skip_space();
        if (at_ == text_.size()) {
            return std::nullopt;
        }
        Pair pair;
        const std::size_t begin = at_;
        while (at_ < text_.size() && text_[at_] != '=' && !is_space(text_[at_])) {
            pair.key += text_[at_++];
        }
        skip_space();
        if (at_ == text_.size() || text_[at_] != '=') {
            throw usage("the connection string is not a list of key=value");
        }
        ++at_;
        skip_space();
        pair.value = read_value();
        pair.written = std::string{text_.substr(begin, at_ - begin)};
        return pair;
    }

  private:
    static bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }
    void skip_space() {
        while (at_ < text_.size() && is_space(text_[at_])) {
            ++at_;
        }
    }
    std::string read_value() {
        const bool quoted = at_ < text_.size() && text_[at_] == '\'';
        at_ += quoted ? 1 : 0;
        std::string value;
        while (at_ < text_.size() && (quoted ? text_[at_] != '\'' : !is_space(text_[at_]))) {
            if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
                ++at_;
            }
            value += text_[at_++];
        }
        if (quoted) {
            if (at_ == text_.size()) {
                throw usage("the connection string has a quote without an end");
            }
            ++at_;
        }
        return value;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

Endpoint parse_conninfo(const std::string& text) {
    Endpoint endpoint;
    endpoint.engine = EngineKind::Postgres;
    ConninfoReader reader{text};
    while (const auto pair = reader.next()) {
        refuse_other_secret(pair->key);
        if (pair->key == "password") {
            endpoint.password = pair->value;
            continue;
        }
        endpoint.url += (endpoint.url.empty() ? "" : " ") + pair->written;
    }
    return endpoint;
}

bool is_conninfo(std::string_view text) {
    const auto end = std::min(text.find_first_of("= \t"), text.size());
    const std::string_view key = text.substr(0, end);
    return text.find('=') != std::string_view::npos &&
           std::find(conninfo_keywords.begin(), conninfo_keywords.end(), key) !=
               conninfo_keywords.end();
}

Endpoint parse_sqlite(std::string_view rest) {
    if (rest.starts_with("//")) {
        rest.remove_prefix(2);
        if (!rest.starts_with("/")) {
            throw usage("a sqlite:// URL needs an absolute path behind the two slashes",
                        "write sqlite:///absolute/path.db or sqlite:relative.db");
        }
    }
    if (rest.empty() || rest.ends_with('/') || rest == ":memory:") {
        throw usage("a sqlite: URL must name a file",
                    "write sqlite:///absolute/path.db or sqlite:relative.db");
    }
    const std::filesystem::path path =
        std::filesystem::absolute(std::filesystem::path{rest}).lexically_normal();
    return {.engine = EngineKind::Sqlite, .url = "sqlite://" + path.string(), .password = {}};
}

Endpoint parse_mysql_url(std::string_view rest) {
    Endpoint endpoint = parse_server_url(EngineKind::Mysql, "mysql", rest);
    static_cast<void>(mysql::parse_address(endpoint.url));  // says what is wrong before it is used
    return endpoint;
}

}  // namespace

Endpoint Endpoint::parse(const std::string& url, const std::string& password_env) {
    const auto colon = url.find(':');
    const std::string_view scheme = std::string_view{url}.substr(0, std::min(colon, url.size()));
    const std::string_view rest =
        colon == std::string::npos ? std::string_view{} : std::string_view{url}.substr(colon + 1);
    Endpoint endpoint;
    if ((scheme == "postgresql" || scheme == "postgres") && rest.starts_with("//")) {
        endpoint = parse_server_url(EngineKind::Postgres, scheme, rest.substr(2));
    } else if ((scheme == "mysql" || scheme == "mariadb") && rest.starts_with("//")) {
        endpoint = parse_mysql_url(rest.substr(2));
    } else if (scheme == "sqlite") {
        endpoint = parse_sqlite(rest);
    } else if (is_conninfo(url)) {
        endpoint = parse_conninfo(url);
    } else {
        throw usage("the URL does not begin with postgresql://, mysql:// or sqlite:");
    }
    if (endpoint.password.empty()) {
        endpoint.password = password_env;
    }
    return endpoint;
}

}  // namespace dbsync
