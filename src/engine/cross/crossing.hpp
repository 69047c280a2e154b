// SPDX-License-Identifier: MIT
// How the tables of one engine stand against their counterparts on another: which column goes into
// which, in what kind of value. The source's Table is what the phases know; the target's is looked
// up where it stands, so tables that the operator made count as they are.
#pragma once

#include "engine/endpoint.hpp"
#include "engine/pair.hpp"
#include "engine/target.hpp"
#include "engine/translate.hpp"
#include "row/table.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace dbsync::cross {

struct ColumnPlan {
    ColumnCrossing source;  // the column as it stands there; kind and type as the target has them
    ColumnCrossing target;
};

struct TablePlan {
    Table source;  // for the source's own readers: what the target computes itself is left out
    Table target;  // for the target's own sessions; its key is the source's
    std::vector<ColumnPlan> columns;  // in the source's order
    std::vector<std::size_t> key;     // places in `columns`; empty where rows have no key
    // Where rows can be put aside: a table whose foreign key refers to them, on either end.
    std::string referred_by = {};
    [[nodiscard]] bool keyless() const noexcept { return key.empty(); }
};

// Makes plans at first use and keeps them. Safe from several threads.
class PlanBook {
  public:
    PlanBook(const Endpoint& source, const Endpoint& target, OnUnrepresentable on_unrepresentable);
    ~PlanBook();

    // Throws Error{Precondition} if the table is not on the target, Error{Unsupported} if a column
    // has no counterpart there.
    const TablePlan& plan(const Table& source);
    // The same for a target whose tables need not stand there yet: a table that is missing is taken
    // to be what the schema's statements would make.
    [[nodiscard]] TablePlan expected(const Table& source, const Table& made);
    // The source's table where it stands on the target already, and what fails a move into it.
    struct Standing {
        Table there;
        std::vector<std::string> problems;  // "its column a must have a value, …"
    };
    [[nodiscard]] std::optional<Standing> standing(const Table& source);
    // What the target would refuse of the items that make the model's tables; those that stand
    // there already are not tried.
    [[nodiscard]] std::vector<Finding> refusals(const SchemaModel& model,
                                                const std::vector<SchemaItem>& items);
    // What the table is called on the target, whether it stands there or not.
    [[nodiscard]] TableName target_name(const TableName& source) const;

    [[nodiscard]] std::unique_ptr<Translator> source_translator() const;
    [[nodiscard]] std::unique_ptr<Translator> target_translator() const;
    // The source's Table with the target's name, for calls made before it stands there.
    [[nodiscard]] Table renamed(const Table& source) const;

  private:
    std::optional<Table> look_up(const TableName& source);
    TablePlan make(const Table& source, const Table& there);
    std::string referrer(const Table& source, const Table& there);

    Endpoint source_;
    Endpoint target_;
    OnUnrepresentable on_unrepresentable_;
    std::unique_ptr<Translator> from_;
    std::unique_ptr<Translator> to_;
    mutable std::mutex mutex_;
    std::unique_ptr<Target> looked_up_in_;
    std::map<std::int32_t, std::unique_ptr<TablePlan>> plans_;
};

}  // namespace dbsync::cross
