#include "config/scalars.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace heald::config {
namespace {

using namespace std::chrono_literals;

TEST(Duration, IsASumOfNumbersWithFallingUnits) {
  EXPECT_EQ(*parseDuration("5s"), 5s);
  EXPECT_EQ(*parseDuration("500ms"), 500ms);
  EXPECT_EQ(*parseDuration("10m"), 10min);
  EXPECT_EQ(*parseDuration("1h"), 1h);
  EXPECT_EQ(*parseDuration("2d"), 48h);
  EXPECT_EQ(*parseDuration("7us"), 7us);
  EXPECT_EQ(*parseDuration("3ns"), 3ns);
  EXPECT_EQ(*parseDuration("1m30s"), 90s);
  EXPECT_EQ(*parseDuration("1d2h3m4s5ms6us7ns"), 26h + 3min + 4s + 5ms + 6us + 7ns);
}

TEST(Duration, MayHaveDecimalsDownToOneNanosecond) {
  EXPECT_EQ(*parseDuration("1.5h"), 90min);
  EXPECT_EQ(*parseDuration("0.25s"), 250ms);
  EXPECT_EQ(*parseDuration("0.000000001s"), 1ns);
  EXPECT_EQ(*parseDuration("1.5m0.5s"), 90s + 500ms);
  EXPECT_FALSE(parseDuration("0.0000000001s").ok());
  EXPECT_FALSE(parseDuration("1.5ns").ok());
}

TEST(Duration, OfZeroNeedsNoUnit) {
  EXPECT_EQ(*parseDuration("0"), 0s);
  EXPECT_EQ(*parseDuration("0s"), 0s);
}

TEST(Duration, SaysWhatIsWrongWithIt) {
  EXPECT_EQ(parseDuration("30").error().message, "has no unit (examples: 5s, 10m)");
  EXPECT_EQ(parseDuration("-5s").error().message, "is negative (examples: 5s, 10m)");
  for (const char* text :
       {"", "s", "5 s", "5 parsecs", "5S", "30s1m", "1s1s", "1.s", ".5s", "1..5s", "+5s", "5s ",
        " 5s", "1e3s", "5sec", "5M", "-", "1h-1m", "1,5s"}) {
    EXPECT_EQ(parseDuration(text).error().message, "is not a duration (examples: 5s, 10m)") << text;
  }
}

TEST(Duration, DoesNotOverflow) {
  EXPECT_EQ(*parseDuration("9223372036854775807ns"), core::Duration::max());
  for (const char* text :
       {"9223372036854775808ns", "106752d", "9223372036854775807d", "99999999999999999999999s",
        "106751d23h47m16.854775808s", "9223372036854775us1000000ns"}) {
    EXPECT_FALSE(parseDuration(text).ok()) << text;
  }
}

TEST(Duration, IsWrittenAsItIsRead) {
  EXPECT_EQ(durationText(0s), "0s");
  EXPECT_EQ(durationText(90s), "1m30s");
  EXPECT_EQ(durationText(24h), "1d");
  EXPECT_EQ(durationText(1500ms), "1s500ms");
  for (const core::Duration value :
       {core::Duration::max(), core::Duration(1), core::Duration(90s)}) {
    EXPECT_EQ(*parseDuration(durationText(value)), value);
  }
}

TEST(Size, IsInBytesWithUnitsOfEitherKind) {
  EXPECT_EQ(*parseSize("0"), 0u);
  EXPECT_EQ(*parseSize("4096"), 4096u);
  EXPECT_EQ(*parseSize("1B"), 1u);
  EXPECT_EQ(*parseSize("10MiB"), 10u << 20);
  EXPECT_EQ(*parseSize("500kB"), 500'000u);
  EXPECT_EQ(*parseSize("2TB"), 2'000'000'000'000u);
  for (const char* text : {"", "MiB", "10 MiB", "10Mib", "1.5MiB", "-1", "10M"}) {
    EXPECT_EQ(parseSize(text).error().message,
              "is not a size in bytes (examples: 4096, 500kB, 10MiB)")
        << text;
  }
  EXPECT_EQ(parseSize("16777216TiB").error().message, "is too large a size");
  EXPECT_EQ(parseSize("99999999999999999999").error().message, "is too large a size");
}

TEST(Integer, IsDecimalOnly) {
  EXPECT_EQ(*parseInteger("0"), 0);
  EXPECT_EQ(*parseInteger("-12"), -12);
  EXPECT_EQ(*parseInteger("9223372036854775807"), 9223372036854775807);
  for (const char* text : {"", "-", "+1", "1.0", "1e3", "0x1F", "1_000", "ten", " 1", "1 "}) {
    EXPECT_EQ(parseInteger(text).error().message, "is not a whole number (example: 10)") << text;
  }
  EXPECT_EQ(parseInteger("0755").error().message,
            "begins with a zero (numbers are decimal, without leading zeros)");
  EXPECT_EQ(parseInteger("9223372036854775808").error().message, "is too large a number");
}

TEST(Boolean, IsTrueOrFalseAndNothingElse) {
  EXPECT_TRUE(*parseBoolean("true"));
  EXPECT_FALSE(*parseBoolean("false"));
  EXPECT_EQ(parseBoolean("yes").error().message, "is not a boolean (write true)");
  EXPECT_EQ(parseBoolean("TRUE").error().message, "is not a boolean (write true)");
  EXPECT_EQ(parseBoolean("Off").error().message, "is not a boolean (write false)");
  EXPECT_EQ(parseBoolean("maybe").error().message, "is not a boolean (true or false)");
  EXPECT_FALSE(parseBoolean("").ok());
}

}  // namespace
}  // namespace heald::config
