// SPDX-License-Identifier: MIT
#include "report/json_document.hpp"
#include "report/terminal_report.hpp"
#include "report/text_table.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace dbsync {
namespace {

TEST(TerminalReportTest, SaysHowFarTheCopyIs) {
    Progress progress{.phase = "snapshot"};
    progress.rows_copied = 300;
    progress.rows_estimate = 1'000;

    EXPECT_EQ(render_line(progress), "snapshot  rows 300/1000 (30%)");
    EXPECT_EQ(render_bar(progress, 10), "[###.......] snapshot  rows 300/1000 (30%)");
}

TEST(TerminalReportTest, NeverShowsMoreThanAllOfAnEstimate) {
    Progress progress{.phase = "snapshot"};
    progress.rows_copied = 3'000;
    progress.rows_estimate = 1'000;

    EXPECT_EQ(render_bar(progress, 4), "[####] snapshot  rows 3000/1000 (100%)");
}

TEST(TerminalReportTest, SaysHowFarCatchupIsBehind) {
    Progress progress{.phase = "catchup"};
    progress.deltas_behind = 1'200;
    progress.deltas_applied = 480;
    progress.lag_seconds = 3;

    EXPECT_EQ(render_line(progress), "catchup   behind 1200  applied 480  lag 3 s");
}

TEST(TerminalReportTest, WritesOnePlainLineAPhaseUntilTimeHasPassed) {
    std::ostringstream out;
    {
        TerminalReport report{out, TerminalStyle::Plain};
        report.on_progress({.phase = "catchup"});
        report.on_progress({.phase = "catchup"});
        report.on_progress({.phase = "verify"});
    }

    EXPECT_EQ(out.str(), "catchup   behind 0  applied 0  lag 0 s\nverify   \n");
}

TEST(TerminalReportTest, LeavesAnEmptyLineBehindABar) {
    std::ostringstream out;
    { TerminalReport{out, TerminalStyle::Bar}.on_progress({.phase = "verify"}); }

    EXPECT_EQ(out.str(), "\r\033[Kverify   \r\033[K");
}

TEST(TerminalReportTest, IsSilentWhenAsked) {
    std::ostringstream out;
    { TerminalReport{out, TerminalStyle::None}.on_progress({.phase = "verify"}); }

    EXPECT_EQ(out.str(), "");
}

TEST(TextTableTest, AlignsNumbersToTheRightAndCountsCharacters) {
    EXPECT_EQ(text_table({{"TABLE", "ROWS"}, {"größe", "7"}, {"a", "1,000"}}),
              "TABLE  ROWS\n"
              "größe      7\n"
              "a      1,000\n");
}

TEST(TextTableTest, KeepsACellOnALine) {
    EXPECT_EQ(one_line("a\nb\x01 ü"), "a\\nb\\x01 ü");
    EXPECT_EQ(text_table({{"n\nm", "x"}}), "n\\nm  x\n");
}

TEST(TextTableTest, GroupsDigitsAndScalesBytes) {
    EXPECT_EQ(show_count(0), "0");
    EXPECT_EQ(show_count(999), "999");
    EXPECT_EQ(show_count(1'234'567), "1,234,567");
    EXPECT_EQ(show_bytes(640), "640 B");
    EXPECT_EQ(show_bytes(12'600), "12.3 KiB");
    EXPECT_EQ(show_bytes(4ULL << 30U), "4.0 GiB");
}

TEST(JsonDocumentTest, PutsTheCommandsMembersBehindTheCommonOnes) {
    EXPECT_EQ(json_document({.command = "verify", .job = "j", .seconds = 1.5},
                            R"({"identical":true})"),
              R"({"command":"verify","job":"j","result":"ok","exit_code":0,"seconds":1.5,)"
              R"("identical":true})");
}

TEST(JsonDocumentTest, CarriesTheErrorWithItsCodeMessageAndHint) {
    const Error error{{.kind = ErrorKind::JobBusy, .what_failed = "busy", .hint = "wait"}};

    EXPECT_EQ(json_document({.command = "verify", .job = "j", .exit_code = 10, .error = &error},
                            "{}"),
              R"({"command":"verify","job":"j","result":"error","exit_code":10,"seconds":0.0,)"
              R"("error":{"code":"job_busy","message":"busy","hint":"wait"}})");
}

TEST(JsonDocumentTest, SurvivesTextThatIsNotUtf8) {
    const Error error{{.what_failed = "key \xff is wrong"}};

    EXPECT_NE(json_document({.command = "x", .job = "j", .exit_code = 1, .error = &error}, "{}")
                  .find("\xef\xbf\xbd"),
              std::string::npos);
}

}  // namespace
}  // namespace dbsync
