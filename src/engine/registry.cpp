// SPDX-License-Identifier: MIT
#include "engine/registry.hpp"

#include "base/error.hpp"
#include "engine/cross/cross_source.hpp"
#include "engine/cross/cross_target.hpp"
#include "engine/mysql/source.hpp"
#include "engine/mysql/target.hpp"
#include "engine/mysql/translator.hpp"
#include "engine/postgres/source.hpp"
#include "engine/postgres/target.hpp"
#include "engine/postgres/translator.hpp"
#include "engine/sqlite/source.hpp"
#include "engine/sqlite/target.hpp"
#include "engine/sqlite/translator.hpp"

#include <filesystem>
#include <system_error>

namespace dbsync {

namespace {

// Two names of one file count as one; of servers only the text is known before connecting.
bool same_place(const Endpoint& source, const Endpoint& target) {
    if (source.url == target.url) {
        return true;
    }
    if (source.engine != EngineKind::Sqlite) {
        return false;
    }
    std::error_code missing;
    return std::filesystem::equivalent(sqlite::path_of(source), sqlite::path_of(target), missing);
}

}  // namespace

std::unique_ptr<Source> open_source(const Endpoint& endpoint) {
    switch (endpoint.engine) {
        case EngineKind::Postgres: return postgres::make_source(endpoint);
        case EngineKind::Mysql: return mysql::make_source(endpoint);
        case EngineKind::Sqlite: return std::make_unique<sqlite::SqliteSource>(endpoint);
    }
    return nullptr;
}

std::unique_ptr<Target> open_target(const Endpoint& endpoint) {
    switch (endpoint.engine) {
        case EngineKind::Postgres: return postgres::make_target(endpoint);
        case EngineKind::Mysql: return mysql::make_target(endpoint);
        case EngineKind::Sqlite: return std::make_unique<sqlite::Target>(endpoint);
    }
    return nullptr;
}

std::unique_ptr<Translator> open_translator(EngineKind kind) {
    switch (kind) {
        case EngineKind::Postgres: return postgres::make_translator();
        case EngineKind::Mysql: return mysql::make_translator();
        case EngineKind::Sqlite: return sqlite::make_translator();
    }
    return nullptr;
}

EnginePair open_pair(const Endpoint& source,
                     const Endpoint& target,
                     const PairOptions& options) {
    if (source.engine == target.engine) {
        return {open_source(source), open_target(target), [target] { return open_target(target); }};
    }
    const auto plans =
        std::make_shared<cross::PlanBook>(source, target, options.on_unrepresentable);
    const auto another = [target, plans] { return cross::make_target(open_target(target), plans); };
    return {cross::make_source(open_source(source), plans, options), another(), another};
}

const char* engine_name(EngineKind kind) noexcept {
    switch (kind) {
        case EngineKind::Postgres: return "postgresql";
        case EngineKind::Mysql: return "mysql";
        case EngineKind::Sqlite: return "sqlite";
    }
    return "";
}

// SQLite is no target for other engines: it has no types to hold what they have.
void require_pair(const Endpoint& source, const Endpoint& target) {
    if (source.engine != target.engine && target.engine == EngineKind::Sqlite) {
        throw Error{{.kind = ErrorKind::Usage,
                     .what_failed = std::string{"a move from "} + engine_name(source.engine) +
                                    " to sqlite is not supported",
                     .hint = "give a target of the source's engine, or a server"}};
    }
    if (same_place(source, target)) {
        throw Error{{.kind = ErrorKind::Usage,
                     .what_failed = "source and target are the same: " + source.url,
                     .hint = "give another database as --target"}};
    }
}

}  // namespace dbsync
