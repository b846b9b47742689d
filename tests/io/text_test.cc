#include "io/text.h"

#include <gtest/gtest.h>

namespace heald::io {
namespace {

using namespace std::chrono_literals;

const std::string kBad = "\xEF\xBF\xBD";

TEST(Text, KeepsWellFormedUtf8) {
  const std::string text = "a\u00e9\u20ac\U0001F600\u0000z";
  EXPECT_EQ(toValidUtf8(text), text);
}

TEST(Text, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(toValidUtf8("a\xFF"
                        "b"),
            "a" + kBad + "b");
  EXPECT_EQ(toValidUtf8("\xC3"), kBad);                                   // cut short
  EXPECT_EQ(toValidUtf8("\xC0\xAF"), kBad + kBad);                        // overlong
  EXPECT_EQ(toValidUtf8("\xE0\x80\xAF"), kBad + kBad + kBad);             // overlong
  EXPECT_EQ(toValidUtf8("\xED\xA0\x80"), kBad + kBad + kBad);             // a surrogate
  EXPECT_EQ(toValidUtf8("\xF4\x90\x80\x80"), kBad + kBad + kBad + kBad);  // beyond U+10FFFF
  EXPECT_EQ(toValidUtf8("\xE2\x82"), kBad + kBad);
}

TEST(Text, ClipsBetweenCharacters) {
  EXPECT_EQ(clip("hello", 5), "hello");
  EXPECT_EQ(clip("hello!", 5), "he…");
  EXPECT_EQ(clip("\u20ac\u20ac\u20ac", 8), "\u20ac…");
  EXPECT_EQ(clip("hello", 2), "he");
  EXPECT_EQ(clip("\u20ac", 2), "");
}

TEST(Text, TakesTheFirstLineWithSomethingOnIt) {
  EXPECT_EQ(firstLine("\n  \r\n DISK OK \r\nmore"), "DISK OK");
  EXPECT_EQ(firstLine("one"), "one");
  EXPECT_EQ(firstLine(" \n"), "");
}

TEST(Text, MakesOneLineOfAnything) {
  EXPECT_EQ(oneLine("a\nb\tc\x01"
                    "d\x7F"),
            "a b c d");
  EXPECT_EQ(oneLine(std::string(600, 'x')).size(), kMessageBytes);
  EXPECT_EQ(oneLine("\xFF"), kBad);
}

TEST(Text, WritesDurationsShort) {
  EXPECT_EQ(shortDuration(5s), "5s");
  EXPECT_EQ(shortDuration(90s), "90s");
  EXPECT_EQ(shortDuration(2min), "2m");
  EXPECT_EQ(shortDuration(1h), "1h");
  EXPECT_EQ(shortDuration(250ms), "250ms");
  EXPECT_EQ(shortDuration(1500ms), "1500ms");
  EXPECT_EQ(shortDuration(1us), "1e-06s");
}

}  // namespace
}  // namespace heald::io
