// SPDX-License-Identifier: MIT
#include "engine/postgres/txid_snapshot.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <string_view>

namespace dbsync::postgres {

namespace {

[[noreturn]] void throw_unreadable(const std::string& text) {
    throw Error{{.kind = ErrorKind::Precondition,
                 .what_failed = "the stored cursor is not a PostgreSQL snapshot: '" + text + "'",
                 .hint = "check that the target's dbsync schema was written by this program"}};
}

// Takes one number off the front; the separator behind it as well, where there is one.
Txid take_number(std::string_view& rest, const std::string& text) {
    Txid number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (error != std::errc{} || number < 0) {
        throw_unreadable(text);
    }
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (!rest.empty()) {
        rest.remove_prefix(1);
    }
    return number;
}

}  // namespace

TxidSnapshot TxidSnapshot::parse(const std::string& text) {
    TxidSnapshot snapshot;
    if (text.empty()) {
        return snapshot;
    }
    if (std::count(text.begin(), text.end(), ':') != 2) {
        throw_unreadable(text);
    }
    std::string_view rest = text;
    static_cast<void>(take_number(rest, text));  // xmin follows from the rest
    snapshot.xmax = take_number(rest, text);
    while (!rest.empty()) {
        snapshot.in_progress.push_back(take_number(rest, text));
    }
    return snapshot;
}

std::string TxidSnapshot::text() const {
    const Txid xmin = in_progress.empty() ? xmax : in_progress.front();
    return fmt::format("{}:{}:{}", xmin, xmax, fmt::join(in_progress, ","));
}

bool TxidSnapshot::sees(Txid id) const {
    return id < xmax && !std::binary_search(in_progress.begin(), in_progress.end(), id);
}

TxidSnapshot cut_snapshot(const TxidSnapshot& from, const TxidSnapshot& now, Txid cut) {
    TxidSnapshot to;
    to.xmax = std::max(cut, from.xmax);
    for (const Txid id : now.in_progress) {
        if (id < to.xmax) {
            to.in_progress.push_back(id);
        }
    }
    for (const Txid id : from.in_progress) {
        if (id >= cut && now.sees(id)) {
            to.in_progress.push_back(id);
        }
    }
    std::sort(to.in_progress.begin(), to.in_progress.end());
    return to;
}

DeltaArms delta_arms(const TxidSnapshot& from, const TxidSnapshot& to) {
    DeltaArms arms;
    arms.newer = fmt::format("txid >= {} AND txid < {}", from.xmax, to.xmax);
    std::vector<Txid> older;
    std::set_difference(from.in_progress.begin(), from.in_progress.end(), to.in_progress.begin(),
                        to.in_progress.end(), std::back_inserter(older));
    if (!older.empty()) {
        arms.older = fmt::format("txid = ANY ('{{{}}}'::bigint[])", fmt::join(older, ","));
    }
    return arms;
}

}  // namespace dbsync::postgres
