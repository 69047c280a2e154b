// SPDX-License-Identifier: MIT
// A small move under traffic whose process can be killed, cut off or held at a named checkpoint.
#pragma once

#include "base/checkpoint.hpp"
#include "scenario/traffic.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <tuple>
#include <vector>

namespace dbsync::test {

// Blocks dbsync at a checkpoint until release() is called: the checkpoint's command reads from a
// pipe that nobody has written to yet. No time is involved.
class Hold {
  public:
    explicit Hold(const TempDir& folder) : reached_{folder / "reached"}, pipe_{folder / "release"} {
        ::mkfifo(pipe_.c_str(), 0600);
    }

    [[nodiscard]] Environment at(const std::string& checkpoint) const {
        return {{"DBSYNC_FAULT_AT", checkpoint},
                {"DBSYNC_FAULT_DO", "run:touch '" + reached_.string() + "'; read line < '" +
                                        pipe_.string() + "' || :"}};
    }
    [[nodiscard]] bool wait_reached() const {
        return wait_until([this] { return std::filesystem::exists(reached_); },
                          std::chrono::seconds{60});
    }
    void release() const {
        int writer = -1;  // opens only once the other side waits for it
        (void)wait_until([&] {
            writer = ::open(pipe_.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
            return writer >= 0;
        });
        if (writer >= 0) {
            (void)!::write(writer, "\n", 1);
            ::close(writer);
        }
    }

  private:
    std::filesystem::path reached_;
    std::filesystem::path pipe_;
};

class FaultMove : public testing::Test {
  protected:
    // Skips where the engine's server is missing.
    void prepare(const std::string& engine) {
        if (engine == "postgres") {
            DBSYNC_NEEDS_POSTGRES("system");
        } else if (is_mysql(engine)) {
            DBSYNC_NEEDS_MYSQL_ENDS(engine);
        }
        connect(engine);
        dbsync_.set("DBSYNC_SOURCE", ends_->url(End::Source));
        dbsync_.set("DBSYNC_TARGET", ends_->url(End::Target));
        ends_->must_run(End::Source, is_mysql(engine) ? mysql_traffic_schema : traffic_schema);
        ends_->must_run(End::Source, traffic_seed());
        schema_ = ends_->schema(End::Source);
    }

    void connect(const std::string& engine) {
        sqlite_ = engine == "sqlite";
        cascades_ = is_mysql(engine);
        if (sqlite_) {
            auto files = std::make_unique<SqliteEnds>(home_.path());
            connect_ = [path = files->path(End::Source)] { return sqlite_application(path); };
            ends_ = std::move(files);
        } else if (is_mysql(engine)) {
            // A login of its own, by which its sessions can be told from the application's.
            auto ends = std::make_unique<MysqlEnds>(engine, "dbsync");
            connect_ = [login = ends->login(End::Source)] { return mysql_application(login); };
            ends_ = std::move(ends);
        } else {
            ends_ = std::make_unique<PostgresEnds>();
            connect_ = [url = ends_->url(End::Source)] { return postgres_application(url); };
        }
    }

    // The one command that is run, killed and run again.
    static std::vector<std::string> migrate() {
        return {"migrate", "--cutover", "--yes", "--chunk-rows", "150", "--batch-rows",
                "1000",    "--jobs",    "2",     "--progress",   "none"};
    }

    std::unique_ptr<Traffic> traffic() {
        return std::make_unique<Traffic>(connect_,
                                         TrafficOptions{.writers = 2,
                                                        .pause = std::chrono::milliseconds{15},
                                                        .sqlite = sqlite_,
                                                        .cascades = cascades_});
    }

    // Everything acknowledged is there, both ends are equal, the source is fenced.
    void expect_moved(Traffic& traffic) {
        EXPECT_TRUE(wait_until([&] { return traffic.fenced() == 2; }))
            << "the source is not fenced";
        traffic.stop();
        EXPECT_THAT(traffic.errors(), testing::ElementsAre());
        EXPECT_EQ(traffic.missing(*ends_, End::Target), "");
        EXPECT_EQ(first_difference(ends_->dump_with_sequences(End::Source),
                                   ends_->dump_with_sequences(End::Target)),
                  "");
    }

    void expect_no_trace() {
        EXPECT_EQ(first_difference(schema_, ends_->schema(End::Source)), "") << "on the source";
        EXPECT_EQ(first_difference(schema_, ends_->schema(End::Target)), "") << "on the target";
    }

    TempDir home_;
    DbsyncBinary dbsync_{home_};
    std::unique_ptr<Ends> ends_;
    Traffic::Connect connect_;
    std::string schema_;
    bool sqlite_ = false;
    bool cascades_ = false;
};

// (engine, checkpoint) for every named checkpoint.
using FaultPoint = std::tuple<std::string, std::string>;

inline std::vector<FaultPoint> fault_points(const std::vector<std::string>& engines) {
    std::vector<FaultPoint> all;
    for (const std::string& engine : engines) {
        for (const std::string_view checkpoint : checkpoints) {
            all.emplace_back(engine, checkpoint);
        }
    }
    return all;
}

// A few of them, one a phase, for the second of two servers that take the same way through the
// code.
inline std::vector<FaultPoint> and_some(std::vector<FaultPoint> points, const std::string& engine) {
    for (const char* checkpoint :
         {"capture.mid_install", "snapshot.after_chunk_commit", "catchup.before_commit",
          "catchup.after_commit", "cutover.before_fence", "cutover.fenced", "stop.mid_remove"}) {
        points.emplace_back(engine, checkpoint);
    }
    return points;
}

inline std::string fault_point_name(const testing::TestParamInfo<FaultPoint>& info) {
    std::string name = std::get<0>(info.param) + "_" + std::get<1>(info.param);
    std::replace(name.begin(), name.end(), '.', '_');
    return name;
}

}  // namespace dbsync::test
