#include "io/timestamp.h"

#include <gtest/gtest.h>

#include "core/text.h"

namespace heald::io {
namespace {

std::string read(std::string_view text) {
  const auto time = parseTimestamp(text);
  return time ? core::toIso8601(*time) : "none";
}

TEST(Timestamp, ReadsWhatGoWrites) {
  EXPECT_EQ(read("2026-11-23T20:47:00Z"), "2026-11-23T20:47:00.000Z");
  EXPECT_EQ(read("2026-11-23T20:47:00.123456789Z"), "2026-11-23T20:47:00.123Z");
  EXPECT_EQ(read("2026-11-23T20:47:00.5+01:30"), "2026-11-23T19:17:00.500Z");
  EXPECT_EQ(read("2026-11-23t20:47:00z"), "2026-11-23T20:47:00.000Z");
  EXPECT_EQ(read("2024-02-29T00:00:00-00:00"), "2024-02-29T00:00:00.000Z");
  EXPECT_EQ(parseTimestamp("1970-01-01T00:00:00.000000001Z")->time_since_epoch().count(), 1);
}

TEST(Timestamp, ReadsWhatPeopleTypeAndWithoutAZoneItIsUtc) {
  const auto typed = [](std::string_view text) {
    const auto time = parseTypedTime(text);
    return time ? core::toIso8601(*time) : "none";
  };
  EXPECT_EQ(typed("2026-11-28"), "2026-11-28T00:00:00.000Z");
  EXPECT_EQ(typed("2026-11-28 14:30"), "2026-11-28T14:30:00.000Z");
  EXPECT_EQ(typed("2026-11-28T14:30Z"), "2026-11-28T14:30:00.000Z");
  EXPECT_EQ(typed("2026-11-28T14:30+01:00"), "2026-11-28T13:30:00.000Z");
  EXPECT_EQ(typed("2026-11-28T14:30:05.25"), "2026-11-28T14:30:05.250Z");
  EXPECT_EQ(typed("2026-11-28T14:30:05-05:00"), "2026-11-28T19:30:05.000Z");
  for (const char* none : {"", "2026", "2026-11", "2026-11-31", "2026-11-28T", "2026-11-28Z",
                           "2026-11-28 14", "2026-11-28 14:3", "2026-11-28 25:00",
                           "2026-11-28 14:30 CET", "28.11.2026", "yesterday", "14:30"}) {
    EXPECT_EQ(typed(none), "none") << none;
  }
}

TEST(Timestamp, YearsOutOfReachBecomeTheNearerEnd) {
  EXPECT_EQ(read("0001-01-01T00:00:00Z"), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(read("1970-01-01T00:00:00+01:00"), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(read("9999-12-31T23:59:59Z"), "2200-01-01T00:00:00.000Z");
}

TEST(Timestamp, RefusesEverythingElse) {
  for (const char* text :
       {"", "2026", "2026-11-23", "2026-11-23T20:47Z", "2026-11-23T20:47:00",
        "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-11-23T24:00:00Z",
        "2026-11-23T20:60:00Z", "2026-11-23T20:47:00.Z", "2026-11-23T20:47:00Z ",
        "2026-11-23T20:47:00+1:00", "2026-11-23T20:47:00+0100", "-026-11-23T20:47:00Z",
        "2026-11-23T-1:47:00Z", "2026-11-23T20:47:00.12e3Z"}) {
    EXPECT_FALSE(parseTimestamp(text)) << text;
  }
}

}  // namespace
}  // namespace heald::io
