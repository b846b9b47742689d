#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/time_zone.h"
#include "core/text.h"
#include "fake_kinds.h"

namespace heald::config {
namespace {

using testing::HasSubstr;

core::WallTime utc(int year, unsigned month, unsigned day, int hour, int minute = 0) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute);
}

std::string nextOf(const std::string& yaml, core::WallTime moment) {
  const Config config = validConfig("windows:\n  - {name: w, " + yaml + "}\n");
  const auto interval = config.setup.windows.at(0).times.at(moment);
  return interval ? core::toIso8601(interval->begin) + " to " + core::toIso8601(interval->end) : "";
}

TEST(WindowsSection, IsEveryDayInUtcUnlessItSaysOtherwise) {
  EXPECT_EQ(nextOf("from: '01:30', to: '04:00'", utc(2026, 11, 28, 12)),
            "2026-11-29T01:30:00.000Z to 2026-11-29T04:00:00.000Z");
  EXPECT_EQ(nextOf("days: [mon], from: 22:00, to: 01:00", utc(2026, 11, 28, 12)),
            "2026-11-30T22:00:00.000Z to 2026-12-01T01:00:00.000Z");
}

TEST(WindowsSection, FollowsTheClocksOfItsTimeZone) {
  const std::string berlin = "from: 01:00, to: 04:00, time_zone: Europe/Berlin";
  EXPECT_EQ(nextOf(berlin, utc(2026, 1, 10, 12)),
            "2026-01-11T00:00:00.000Z to 2026-01-11T03:00:00.000Z");
  EXPECT_EQ(nextOf(berlin, utc(2026, 7, 10, 12)),
            "2026-07-10T23:00:00.000Z to 2026-07-11T02:00:00.000Z");
  // On 2026-03-29 the clocks go from 02:00 to 03:00, on 2026-10-25 from 03:00 back to 02:00.
  EXPECT_EQ(nextOf(berlin, utc(2026, 3, 28, 12)),
            "2026-03-29T00:00:00.000Z to 2026-03-29T02:00:00.000Z");
  EXPECT_EQ(nextOf(berlin, utc(2026, 10, 24, 12)),
            "2026-10-24T23:00:00.000Z to 2026-10-25T03:00:00.000Z");
  // Rules go on beyond what a zone's file lists.
  EXPECT_EQ(nextOf(berlin, utc(2060, 7, 10, 12)),
            "2060-07-10T23:00:00.000Z to 2060-07-11T02:00:00.000Z");
}

TEST(WindowsSection, RefusesWithTheReason) {
  const auto problems = [](const std::string& yaml) {
    return problemsOf("windows:\n  - {" + yaml + "}\n");
  };
  EXPECT_THAT(problems("name: w, from: 01:00"), HasSubstr("has no \"to\""));
  EXPECT_THAT(problems("name: w, from: 1:00, to: 02:00"),
              HasSubstr("heald.yml:2:15: windows[0].from: \"1:00\" is not a time of day (examples: "
                        "01:30, 22:00, 24:00)"));
  for (const char* clock : {"24:01", "25:00", "01:60", "noon", "0130", "01:3x"}) {
    EXPECT_THAT(problems("name: w, from: 01:00, to: '" + std::string(clock) + "'"),
                HasSubstr("is not a time of day"))
        << clock;
  }
  EXPECT_THAT(problems("name: w, from: 24:00, to: 02:00"), HasSubstr("24:00 is the end of a day"));
  EXPECT_THAT(problems("name: w, from: 01:00, to: 02:00, days: [monday]"),
              HasSubstr("\"monday\" is no day (they are: mon, tue, wed, thu, fri, sat, sun)"));
  for (const char* zone : {"Berlin", "/etc/passwd", "../UTC", "Europe/Berlinn", "CEST"}) {
    EXPECT_THAT(problems("name: w, from: 01:00, to: 02:00, time_zone: " + std::string(zone)),
                HasSubstr("is no time zone of this machine (examples: UTC, Europe/Berlin)"))
        << zone;
  }
  EXPECT_THAT(problems("name: w, from: 01:00, to: 02:00, remedies: [restart]"),
              HasSubstr("there is no remedy \"restart\""));
  EXPECT_THAT(problemsOf("windows:\n  - {name: w, from: 01:00, to: 02:00}\n"
                         "  - {name: w, from: 01:00, to: 02:00}\n"),
              HasSubstr("is the name of the one at heald.yml:"));
}

TEST(TimeZones, OfTheMachineAreKnownByNameAlone) {
  EXPECT_TRUE(zoneNamed("UTC"));
  EXPECT_TRUE(zoneNamed("America/New_York"));
  EXPECT_FALSE(zoneNamed(""));
  EXPECT_FALSE(zoneNamed("/usr/share/zoneinfo/UTC"));
}

}  // namespace
}  // namespace heald::config
