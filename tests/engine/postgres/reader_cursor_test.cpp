// SPDX-License-Identifier: MIT
// The arithmetic of cursors, without a server.
#include "base/error.hpp"
#include "engine/postgres/txid_snapshot.hpp"

#include <gtest/gtest.h>
#include <random>
#include <set>

namespace dbsync::postgres {
namespace {

TxidSnapshot snapshot(const std::string& text) { return TxidSnapshot::parse(text); }

TEST(TxidSnapshotTest, TextGoesThereAndBack) {
    for (const std::string text : {"10:20:10,15", "20:20:", "5:9:5,6,7,8"}) {
        EXPECT_EQ(snapshot(text).text(), text);
    }
}

TEST(TxidSnapshotTest, TheBeginningSeesNothing) {
    EXPECT_FALSE(snapshot("").sees(1));
    EXPECT_FALSE(snapshot("").sees(1'000'000));
}

TEST(TxidSnapshotTest, SeesWhatHadEnded) {
    const TxidSnapshot s = snapshot("10:20:10,15");

    EXPECT_TRUE(s.sees(9));
    EXPECT_FALSE(s.sees(10));
    EXPECT_TRUE(s.sees(14));
    EXPECT_FALSE(s.sees(15));
    EXPECT_FALSE(s.sees(20));
}

TEST(TxidSnapshotTest, RefusesWhatIsNoSnapshot) {
    EXPECT_THROW((void)snapshot("row 17"), Error);
    EXPECT_THROW((void)snapshot("1:2"), Error);
    EXPECT_THROW((void)snapshot("1:x:"), Error);
}

TEST(CutSnapshotTest, LeavesWhatIsBeyondTheCutPending) {
    EXPECT_EQ(cut_snapshot(snapshot("10:10:"), snapshot("30:30:"), 20).text(), "20:20:");
}

TEST(CutSnapshotTest, DoesNotWaitForAnOldOpenTransaction) {
    EXPECT_EQ(cut_snapshot(snapshot("5:10:5"), snapshot("5:30:5,25"), 20).text(), "5:20:5");
}

TEST(CutSnapshotTest, KeepsEndedTransactionsBeyondTheCutPending) {
    // 5 and 8 were open at `from` and have ended; the cut lies between them.
    EXPECT_EQ(cut_snapshot(snapshot("5:10:5,8"), snapshot("30:30:"), 6).text(), "8:10:8");
}

TEST(CutSnapshotTest, ACutAtTheSnapshotIsTheSnapshot) {
    const TxidSnapshot now = snapshot("12:30:12,25");

    EXPECT_EQ(cut_snapshot(snapshot("5:10:5"), now, now.xmax), now);
}

TEST(DeltaArmsTest, AsksOnlyForWhatAnIndexAnswers) {
    const DeltaArms arms = delta_arms(snapshot("5:10:5,7"), snapshot("7:30:7,25"));

    EXPECT_EQ(arms.newer, "txid >= 10 AND txid < 30");
    EXPECT_EQ(arms.older, "txid = ANY ('{5}'::bigint[])");
    EXPECT_EQ(delta_arms(snapshot("10:10:"), snapshot("30:30:")).older, "");
}

// Batches from any snapshot to any later one, cut anywhere, take each ended transaction exactly
// once, and never one that was still open.
TEST(CutSnapshotTest, RandomBatchesTakeEachTransactionOnce) {
    for (unsigned seed = 1; seed <= 200; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random{seed};
        std::set<Txid> open;
        std::set<Txid> ended;
        std::set<Txid> taken;
        Txid next = 1;
        TxidSnapshot cursor;
        for (int step = 0; step < 60; ++step) {
            for (auto i = random() % 6; i > 0; --i) {
                open.insert(next++);
            }
            for (auto i = random() % 4; i > 0 && !open.empty(); --i) {
                const auto one = std::next(open.begin(),
                                           static_cast<long>(random() % open.size()));
                ended.insert(*one);
                open.erase(one);
            }
            TxidSnapshot now;
            now.xmax = next;
            now.in_progress.assign(open.begin(), open.end());
            const bool is_cut = random() % 3 != 0;
            const Txid cut = 1 + static_cast<Txid>(random() % 1000) % next;
            const TxidSnapshot to = is_cut ? cut_snapshot(cursor, now, cut) : now;
            for (const Txid id : ended) {
                if (to.sees(id) && !cursor.sees(id)) {
                    EXPECT_TRUE(taken.insert(id).second) << id;
                }
            }
            for (Txid id = 1; id < next; ++id) {
                if (cursor.sees(id)) {
                    EXPECT_TRUE(to.sees(id)) << "the cursor went back over " << id;
                }
                if (to.sees(id)) {
                    EXPECT_TRUE(ended.contains(id)) << "took an open transaction " << id;
                }
            }
            cursor = to;
            EXPECT_TRUE(is_cut || taken == ended);
        }
    }
}

}  // namespace
}  // namespace dbsync::postgres
