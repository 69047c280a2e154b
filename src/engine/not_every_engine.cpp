// SPDX-License-Identifier: MIT
// What only some engines, or only some pairs of engines, are asked for.
#include "base/check.hpp"
#include "base/error.hpp"
#include "engine/source.hpp"
#include "engine/target.hpp"

namespace dbsync {

CascadeChildren SourceReader::find_children(const Table& /*child*/,
                                            const Cascade& /*cascade*/,
                                            std::span<const std::string> /*values*/,
                                            std::span<const Cascade> /*next*/) {
    DBSYNC_CHECK(false, "this engine has no cascades to follow");
    return {};
}

CascadeChildren TargetSession::find_children(const Table& /*child*/,
                                             const Cascade& /*cascade*/,
                                             std::span<const std::string> /*values*/,
                                             std::span<const Cascade> /*next*/) {
    DBSYNC_CHECK(false, "this engine has no cascades to follow");
    return {};
}

std::vector<std::string> TargetSession::find_orphans(const Table& /*child*/,
                                                     const Table& /*parent*/,
                                                     const Cascade& /*cascade*/,
                                                     std::size_t /*limit*/) {
    DBSYNC_CHECK(false, "this engine has no cascades to follow");
    return {};
}

SchemaModel Source::describe_schema(std::span<const Table> /*tables*/) {
    throw Error{{.kind = ErrorKind::Unsupported,
                 .what_failed = "this source can only be moved to a target of its own engine",
                 .hint = "give a target of the same engine"}};
}

std::vector<Finding> Source::plan(std::span<const Table> /*tables*/) {
    return {};  // everything goes over as it is
}

std::vector<Finding> Source::scan(std::span<const Table> /*tables*/,
                                  const std::stop_token& /*stop*/) {
    return {};  // one engine holds its own values
}

void Source::back_up(const std::string& /*file*/, const std::stop_token& /*stop*/) {
    throw Error{{.kind = ErrorKind::Unsupported,
                 .what_failed = "dbsync backs up SQLite files only",
                 .hint = "back up this source by its own tools and leave --backup out"}};
}

void TargetSession::quarantine(const Table& /*table*/,
                               std::span<const QuarantinedRow> /*rows*/,
                               std::span<const std::string> /*settled_keys*/,
                               bool /*all*/) {
    DBSYNC_CHECK(false, "this engine takes rows of its own kind only");
}

void TargetSession::read_quarantined(const Table& /*table*/,
                                     const std::function<void(const QuarantinedRow&)>& /*take*/) {
    DBSYNC_CHECK(false, "this engine takes rows of its own kind only");
}

std::optional<Table> Target::find_table(const TableName& /*name*/) {
    throw Error{{.kind = ErrorKind::Unsupported,
                 .what_failed = "this target only takes a source of its own engine",
                 .hint = "give a source of the same engine"}};
}

std::string required_column(const std::string& column) {
    return "its column " + column + " must have a value, and the source has no such column";
}

std::vector<SchemaRefusal> Target::try_schema(std::span<const SchemaItem> /*items*/) {
    return {};
}

std::vector<TableName> Target::referrers(const TableName& /*table*/) {
    DBSYNC_CHECK(false, "this engine takes rows of its own kind only");
    return {};
}

std::vector<std::string> Target::misfits(const TableName& /*name*/,
                                         std::span<const std::string> /*columns*/,
                                         std::span<const std::string> /*texts*/) {
    return {};
}

std::vector<std::pair<std::int32_t, std::uint64_t>> Target::quarantined(
    const std::string& /*job*/) {
    return {};
}

}  // namespace dbsync
