#include "simulation/picture.h"

#include <gmock/gmock.h>

#include <cmath>

#include "support.h"

namespace heald::simulation {
namespace {

using testing::HasSubstr;
using testing::Not;

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

std::string failingForAnHour() {
  return picture(played(R"(
run_for: 1h
checks: {service: [{at: 0s, status: critical}]}
operator: [{at: 50m, dormant: restart, reason: "<&>"}]
)"),
                 "a < b & \"c\"");
}

TEST(Picture, ShowsEveryAttemptOnce) {
  const std::string svg = failingForAnHour();
  EXPECT_EQ(occurrences(svg, "<circle"), 10u);
  EXPECT_THAT(svg, HasSubstr("attempt 10 of restart, step 1, at 31m35s: failed"));
}

TEST(Picture, ShowsWaitsBreakerAndDormancy) {
  const std::string svg = failingForAnHour();
  for (const char* part :
       {"backoff of 5s", "backoff of 10m", "class=\"OPEN\"", "class=\"HALF_OPEN\"",
        "class=\"PERMANENT_OPEN\"", ">DORMANT<", "service is unhealthy"}) {
    EXPECT_THAT(svg, HasSubstr(part));
  }
}

TEST(Picture, ShowsACheckInWarning) {
  const Record record = played(R"(
run_for: 10m
checks: {service: [{at: 1m, status: warning}]}
)");
  EXPECT_THAT(picture(record, "warnings"), HasSubstr("<rect class=\"warning\""));
  EXPECT_THAT(picture(record, "warnings"), HasSubstr("service is in warning"));
}

TEST(Picture, NeedsNothingFromOutsideAndEscapesWhatItIsGiven) {
  const std::string svg = failingForAnHour();
  EXPECT_THAT(svg, HasSubstr("a &lt; b &amp; &quot;c&quot;"));
  EXPECT_THAT(svg, Not(HasSubstr("href")));
  EXPECT_THAT(svg, Not(HasSubstr("url(")));
  EXPECT_EQ(occurrences(svg, "<svg"), occurrences(svg, "</svg>"));
  EXPECT_EQ(occurrences(svg, "<text"), occurrences(svg, "</text>"));
}

TEST(Picture, LongNamesAreCutInTheMiddleAndToldInFull) {
  const engine::Setup setup = setupOf(R"(
remedies:
  - name: restart-exporter
    when: {alert: {alertname: Down}}
    target: instance
    exec: {command: [/bin/true]}
    verify: {within: 1m}
)");
  const std::string svg = picture(played(R"(
run_for: 1h
alerts:
  - {at: 1m, labels: {alertname: Down, instance: 'db1:9100'}}
  - {at: 2m, labels: {alertname: Down, instance: 'äöüäöüäöüäöü'}}
)",
                                         setup),
                                  "two");
  EXPECT_THAT(svg, HasSubstr("<title>restart-exporter@db1:9100</title>restart-e…r@db1:9100<"));
  EXPECT_THAT(svg, HasSubstr("</title>restart-e…öüäöü<"));
}

TEST(Picture, ShowsPermitsToo) {
  const std::string svg = picture(
      played("run_for: 1h\npermits: [{at: 1m, governor: restart, reports: ok, after: 3s}]\n"),
      "one");
  EXPECT_EQ(occurrences(svg, "<circle"), 1u);
  EXPECT_THAT(svg, HasSubstr("attempt 1 with a permit, at 1m: ok"));
}

// The centres of the attempts: x and y.
std::vector<std::pair<double, double>> circles(const std::string& svg) {
  std::vector<std::pair<double, double>> all;
  for (auto at = svg.find("<circle"); at != std::string::npos; at = svg.find("<circle", at + 1)) {
    const auto value = [&](const char* key) {
      return std::stod(svg.substr(svg.find(key, at) + std::string(key).size()));
    };
    all.emplace_back(value("cx=\""), value("cy=\""));
  }
  return all;
}

std::string manyPermits(int count, const char* apart) {
  std::string text = "run_for: 30d\npermits:\n";
  for (int i = 1; i <= count; ++i) {
    text += "  - {at: " + std::to_string(i * 7) + apart +
            ", governor: restart, reports: ok, after: 1s}\n";
  }
  return text;
}

const char* const kOpenBudget = R"(
checks: [{name: service, tcp: {address: 'localhost:1'}}]
remedies: [{name: restart, when: {check: service}, exec: {command: [/bin/true]}}]
governors: {restart: {budgets: []}}
)";

TEST(Picture, NoAttemptCoversAnother) {
  for (const int count : {20, 60}) {
    const std::string svg = picture(played(manyPermits(count, "m"), setupOf(kOpenBudget)), "many");
    const auto all = circles(svg);
    EXPECT_GT(all.size(), 10u);
    for (std::size_t i = 0; i < all.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        EXPECT_GE(std::hypot(all[i].first - all[j].first, all[i].second - all[j].second), 16.0)
            << count << ": " << i << " and " << j;
      }
    }
  }
}

TEST(Picture, NoLineOfTheScenarioCrossesAnAttempt) {
  const std::string svg = failingForAnHour();
  ASSERT_EQ(occurrences(svg, "class=\"mark\""), 1u);
  EXPECT_LT(svg.find("class=\"mark\""), svg.find("<circle"));
}

TEST(Picture, WhatTheScenarioDoesTwiceAtOneMomentIsWrittenOnce) {
  const std::string svg = picture(played(R"(
run_for: 10m
operator: [{at: 1m, run_check: service}, {at: 1m, run_check: service}]
)"),
                                  "twice");
  EXPECT_EQ(occurrences(svg, "class=\"mark\""), 1u);
  EXPECT_THAT(svg, HasSubstr(" ×2<"));
}

TEST(Picture, ShowsWhatAHumanApproves) {
  const std::string svg = picture(played("run_for: 10m\noperator: [{at: 1m, approve: restart}]",
                                         service("    approval: required\n")),
                                  "approved");
  EXPECT_EQ(occurrences(svg, "class=\"mark\""), 1u);
  EXPECT_THAT(svg, HasSubstr("approve restart"));
}

TEST(Picture, AttemptsWithoutARowAreCounted) {
  const std::string svg = picture(played(manyPermits(400, "m"), setupOf(kOpenBudget)), "too many");
  std::size_t told = circles(svg).size();
  for (auto at = svg.find(" more attempts</title>"); at != std::string::npos;
       at = svg.find(" more attempts</title>", at + 1)) {
    const auto from = svg.rfind("<title>", at) + 7;
    told += std::stoul(svg.substr(from, at - from));
  }
  EXPECT_EQ(told, 400u);
}

TEST(Picture, ShortDormancyHasItsNameToo) {
  const std::string svg = picture(played(R"(
run_for: 30d
operator:
  - {at: 10d, dormant: restart, reason: x}
  - {at: 10d1s, resume: restart, reason: y}
)"),
                                  "short");
  EXPECT_EQ(occurrences(svg, ">DORMANT<"), 1u);
}

TEST(Picture, OfManyDormanciesHasRoomForSomeNamesAndNoneOverAnother) {
  std::string scenario = "run_for: 30d\noperator:\n";
  for (int day = 1; day < 29; ++day) {
    scenario += "  - {at: " + std::to_string(day) +
                "d, dormant: restart, reason: x}\n  - {at: " + std::to_string(day) +
                "d1m, resume: restart, reason: y}\n";
  }
  const std::string svg = picture(played(scenario), "often");
  EXPECT_GE(occurrences(svg, ">DORMANT<"), 5u);
  EXPECT_LE(occurrences(svg, ">DORMANT<"), 10u);
}

TEST(Picture, ShowsWhatIsNotAsExpectedWhereItWasLookedAt) {
  const std::string svg = picture(played(R"(
run_for: 1h
checks: {service: [{at: 0s, status: critical}]}
expect:
  - {at: 40m, governor: restart, attempts: 3}
  - {governor: restart, dormant: true}
  - {check: service, health: healthy}
)"),
                                  "wrong");
  EXPECT_EQ(occurrences(svg, "<path class=\"missed\""), 2u);
  EXPECT_EQ(occurrences(svg, "<line class=\"missedline\""), 2u);
  EXPECT_THAT(svg, HasSubstr("governor restart at 40m: attempts: expected 3, got 10"));
  EXPECT_THAT(svg, HasSubstr("check service at the end: health: expected healthy, got unhealthy"));
  EXPECT_THAT(failingForAnHour(), Not(HasSubstr("<path")));
}

TEST(Picture, FoldsRowsInWhichNothingHappens) {
  const engine::Setup setup = setupOf(R"(
checks:
  - {name: service, tcp: {address: 'localhost:1'}}
  - {name: disk, tcp: {address: 'localhost:2'}}
  - {name: queue, tcp: {address: 'localhost:3'}}
remedies: [{name: restart, when: {check: service}, exec: {command: [/bin/true]}}]
governors: {backup: {}, deploy: {}}
)");
  const std::string svg = picture(played(R"(
run_for: 1h
checks: {service: [{at: 1m, status: critical}]}
)",
                                         setup),
                                  "quiet");
  EXPECT_THAT(svg, HasSubstr("2 checks were healthy all the time: disk, queue<"));
  EXPECT_THAT(svg, HasSubstr("service is unhealthy"));
  EXPECT_THAT(svg, Not(HasSubstr("disk is healthy")));
}

TEST(Picture, OfNothingIsAPictureToo) {
  const std::string svg = picture(played("run_for: 1s"), "quiet");
  EXPECT_THAT(svg, HasSubstr("quiet"));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

}  // namespace
}  // namespace heald::simulation
