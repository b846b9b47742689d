#include "simulation/picture.h"

#include <gmock/gmock.h>

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

TEST(Picture, OfNothingIsAPictureToo) {
  const std::string svg = picture(played("run_for: 1s"), "quiet");
  EXPECT_THAT(svg, HasSubstr("quiet"));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

}  // namespace
}  // namespace heald::simulation
