// SPDX-License-Identifier: MIT
#include "engine/postgres/target_chunks.hpp"

#include "base/error.hpp"
#include "engine/postgres/connection.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

namespace dbsync::postgres {

namespace {

constexpr std::size_t chunks_per_statement = 1'000;

std::string bound_literal(const std::optional<std::string>& bound) {
    return bound ? quote_literal(*bound) : "NULL";
}

}  // namespace

void record_chunk_plan(Connection& connection,
                       const std::string& job,
                       std::span<const Chunk> chunks) {
    for (std::size_t i = 0; i < chunks.size(); i += chunks_per_statement) {
        std::string values;
        for (const Chunk& chunk :
             chunks.subspan(i, std::min(chunks_per_statement, chunks.size() - i))) {
            values += fmt::format("{}({}, {}, {}, {}, {})", values.empty() ? "" : ", ",
                                  quote_literal(job), chunk.table_id, chunk.number,
                                  bound_literal(chunk.lower), bound_literal(chunk.upper));
        }
        connection.run("INSERT INTO dbsync.target_chunk (job, table_id, number, lower, upper)"
                       " VALUES " + values);
    }
}

void record_chunk(Connection& connection,
                  const std::string& job,
                  const Chunk& chunk,
                  std::uint64_t rows,
                  std::uint64_t bytes) {
    const Result result = connection.run(
        "UPDATE dbsync.target_chunk SET done = true, rows = $4, bytes = $5"
        " WHERE job = $1 AND table_id = $2 AND number = $3 AND NOT done",
        {job, std::to_string(chunk.table_id), std::to_string(chunk.number), std::to_string(rows),
         std::to_string(bytes)});
    if (result.affected() != 1) {
        throw Error{{.kind = ErrorKind::Conflict,
                     .what_failed =
                         fmt::format("chunk {} of table {} is done already on the target, or was "
                                     "never planned",
                                     chunk.number, chunk.table_id)}};
    }
}

}  // namespace dbsync::postgres
