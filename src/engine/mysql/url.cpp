// SPDX-License-Identifier: MIT
#include "engine/mysql/url.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace dbsync::mysql {

namespace {

Error usage(const std::string& what) {
    return Error{{.kind = ErrorKind::Usage,
                  .what_failed = what,
                  .hint = "write mysql://user@host:port/database or "
                          "mysql://user@/database?socket=/path"}};
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string decoded(std::string_view text) {
    std::string value;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape = text[i] == '%';
        const int high = escape && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
        const int low = escape && i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
        if (escape && (high < 0 || low < 0)) {
            throw usage("the URL has a wrong percent-encoding");
        }
        value += escape ? static_cast<char>(high * 16 + low) : text[i];
        i += escape ? 2 : 0;
    }
    return value;
}

SslMode ssl_mode_of(std::string value) {
    std::transform(value.begin(), value.end(), value.begin(), [](unsigned char c) {
        return static_cast<char>(c == '-' ? '_' : std::tolower(c));
    });
    if (value == "disabled") {
        return SslMode::Disabled;
    }
    if (value == "preferred") {
        return SslMode::Preferred;
    }
    if (value == "required") {
        return SslMode::Required;
    }
    if (value == "verify_ca") {
        return SslMode::VerifyCa;
    }
    if (value == "verify_identity") {
        return SslMode::VerifyIdentity;
    }
    throw usage("ssl-mode is '" + value +
                "' and must be disabled, preferred, required, verify-ca or verify-identity");
}

void set_parameter(Address& address, const std::string& key, std::string value) {
    if (key == "socket") {
        address.socket = std::move(value);
    } else if (key == "ssl-mode") {
        address.ssl_mode = ssl_mode_of(std::move(value));
    } else if (key == "ssl-ca") {
        address.ssl_ca = std::move(value);
    } else if (key == "ssl-cert") {
        address.ssl_cert = std::move(value);
    } else if (key == "ssl-key") {
        address.ssl_key = std::move(value);
    } else {
        throw usage("the URL has an unknown parameter '" + key + "'");
    }
}

// host, host:port, [v6], [v6]:port
void set_host(Address& address, std::string_view text) {
    std::string_view port;
    if (text.starts_with("[")) {
        const auto close = text.find(']');
        if (close == std::string_view::npos) {
            throw usage("the URL has a [ without a ]");
        }
        port = text.substr(close + 1);
        address.host = text.substr(1, close - 1);
    } else {
        const auto colon = std::min(text.find(':'), text.size());
        port = text.substr(colon);
        address.host = decoded(text.substr(0, colon));
    }
    if (port.empty()) {
        return;
    }
    port.remove_prefix(1);
    const auto [end, problem] =
        std::from_chars(port.data(), port.data() + port.size(), address.port);
    if (problem != std::errc{} || end != port.data() + port.size() || address.port == 0) {
        throw usage("the URL's port is no number from 1 to 65535");
    }
}

}  // namespace

Address parse_address(const std::string& url) {
    Address address;
    std::string_view rest = url;
    rest.remove_prefix(std::min(rest.find("://") + 3, rest.size()));
    const auto question = std::min(rest.find('?'), rest.size());
    std::string_view query = rest.substr(std::min(question + 1, rest.size()));
    rest = rest.substr(0, question);
    const auto slash = std::min(rest.find('/'), rest.size());
    std::string_view authority = rest.substr(0, slash);
    address.database = decoded(rest.substr(std::min(slash + 1, rest.size())));
    if (const auto at = authority.find('@'); at != std::string_view::npos) {
        address.user = decoded(authority.substr(0, at));
        authority.remove_prefix(at + 1);
    }
    set_host(address, authority);
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const std::string_view parameter = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        const auto equals = std::min(parameter.find('='), parameter.size());
        set_parameter(address, decoded(parameter.substr(0, equals)),
                      decoded(parameter.substr(std::min(equals + 1, parameter.size()))));
    }
    if (address.database.empty()) {
        throw usage("the URL names no database");
    }
    return address;
}

}  // namespace dbsync::mysql
