// SPDX-License-Identifier: MIT
#include "catchup/cascades.hpp"

#include "base/check.hpp"
#include "base/log.hpp"
#include "engine/move.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace dbsync {

namespace {

class Follower {
  public:
    Follower(const std::vector<Cascade>& cascades,
             const std::vector<Table>& tables,
             SourceReader& reader,
             TargetSession& target,
             const CascadeLimits& limits)
        : cascades_{cascades}, tables_{tables}, reader_{reader}, target_{target}, limits_{limits} {}

    CascadeReach run(const Batch& batch) {
        add(batch.marks);
        if (!batch.complete) {
            take_parents();
        }
        while (!waiting_.empty()) {
            const auto first = waiting_.begin();
            std::vector<std::string>& all = first->second;
            const std::size_t count = std::min(all.size(), cascade_values_max);
            const std::vector<std::string> values{all.end() - static_cast<std::ptrdiff_t>(count),
                                                  all.end()};
            all.resize(all.size() - count);
            const Cascade& cascade = by_id(first->first);
            if (all.empty()) {
                waiting_.erase(first);
            }
            look(cascade, values);
        }
        return std::move(reach_);
    }

  private:
    const Cascade& by_id(std::int32_t id) const {
        const auto found = std::find_if(cascades_.begin(), cascades_.end(),
                                        [&](const Cascade& each) { return each.id == id; });
        DBSYNC_CHECK(found != cascades_.end(), "a mark is of a captured cascade");
        return *found;
    }

    // Self-references and circles end here: each value is looked at once.
    void add(const std::vector<CascadeMark>& marks) {
        for (const CascadeMark& mark : marks) {
            if (!reach_.whole_tables.contains(by_id(mark.cascade_id).child_id) &&
                seen_[mark.cascade_id].insert(mark.value).second) {
                waiting_[mark.cascade_id].push_back(mark.value);
                ++held_;
            }
        }
    }

    // A backlog is taken in several batches, marks first. The rows that the marks are of go along:
    // one that came or moved would otherwise be missing on the target when it is cascaded away
    // before its own change is taken, and nothing would lead to the rows below it.
    void take_parents() {
        for (const auto& [id, values] : waiting_) {
            const Cascade& cascade = by_id(id);
            Cascade self = cascade;
            self.child_id = cascade.parent_id;
            self.child_columns = cascade.parent_columns;
            const Table& parent = table_by_id(tables_, cascade.parent_id);
            for (std::size_t i = 0; i < values.size(); i += cascade_values_max) {
                const std::size_t count = std::min(values.size() - i, cascade_values_max);
                const std::span some = std::span{values}.subspan(i, count);
                add_keys(parent, reader_.find_children(parent, self, some, {}).keys);
            }
        }
    }

    void add_keys(const Table& table, const std::vector<std::string>& found) {
        if (found.empty()) {
            return;
        }
        std::unordered_set<std::string>& keys = reach_.keys[table.id];
        const std::size_t before = keys.size();
        keys.insert(found.begin(), found.end());
        held_ += keys.size() - before;
    }

    void look(const Cascade& cascade, const std::vector<std::string>& values) {
        if (reach_.whole_tables.contains(cascade.child_id)) {
            return;
        }
        std::vector<Cascade> next;
        std::copy_if(cascades_.begin(), cascades_.end(), std::back_inserter(next),
                     [&](const Cascade& each) { return each.parent_id == cascade.child_id; });
        const Table& child = table_by_id(tables_, cascade.child_id);
        if (child.key_shape == KeyShape::WholeRow) {
            read_whole(child.id);  // a row that was changed has another hash, which nobody knows
            return;
        }
        for (const CascadeChildren& found : {target_.find_children(child, cascade, values, next),
                                             reader_.find_children(child, cascade, values, next)}) {
            add_keys(child, found.keys);
            add(found.marks);
        }
        if (held_ > limits_.keys_max) {
            log::info("catchup.whole_table", {{"table", child.name.display()}, {"keys", held_}});
            read_whole(child.id);
        }
    }

    // The table and everything below it: what a row of it may have taken along is not looked for.
    void read_whole(std::int32_t table_id) {
        if (!reach_.whole_tables.insert(table_id).second) {
            return;
        }
        if (const auto keys = reach_.keys.find(table_id); keys != reach_.keys.end()) {
            held_ -= keys->second.size();
            reach_.keys.erase(keys);
        }
        for (const Cascade& cascade : cascades_) {
            if (cascade.child_id == table_id) {
                held_ -= seen_[cascade.id].size();
                seen_.erase(cascade.id);
                waiting_.erase(cascade.id);
            }
        }
        for (const Cascade& cascade : cascades_) {
            if (cascade.parent_id == table_id) {
                read_whole(cascade.child_id);
            }
        }
    }

    const std::vector<Cascade>& cascades_;
    const std::vector<Table>& tables_;
    SourceReader& reader_;
    TargetSession& target_;
    CascadeLimits limits_;
    CascadeReach reach_;
    std::map<std::int32_t, std::unordered_set<std::string>> seen_;  // values, by cascade
    std::map<std::int32_t, std::vector<std::string>> waiting_;
    std::size_t held_ = 0;  // keys and values in memory
};

}  // namespace

CascadeReach follow_cascades(const std::vector<Cascade>& cascades,
                             const std::vector<Table>& tables,
                             const Batch& batch,
                             SourceReader& reader,
                             TargetSession& target,
                             const CascadeLimits& limits) {
    return Follower{cascades, tables, reader, target, limits}.run(batch);
}

}  // namespace dbsync
