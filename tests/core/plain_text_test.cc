#include "core/plain_text.h"

#include <gtest/gtest.h>

namespace heald::core {
namespace {

const std::string kBad = "\xEF\xBF\xBD";

TEST(PlainText, KeepsWellFormedUtf8) {
  const std::string text = "a\u00e9\u20ac\U0001F600\u0000z";
  EXPECT_EQ(toValidUtf8(text), text);
}

TEST(PlainText, ChecksUtf8Strictly) {
  for (const char* good : {"", "a", "\xc2\x80", "\xe2\x82\xac", "\xf0\x9f\x92\xa9",
                           "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf"}) {
    EXPECT_TRUE(isUtf8(good)) << good;
  }
  for (const char* bad : {"\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xed\xa0\x80",
                          "\xf4\x90\x80\x80", "\xe2\x82", "\xe2\x28\xa1"}) {
    EXPECT_FALSE(isUtf8(bad)) << bad;
  }
}

TEST(PlainText, ReplacesWhatIsNotUtf8) {
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

TEST(PlainText, ClipsBetweenCharacters) {
  EXPECT_EQ(clip("hello", 5), "hello");
  EXPECT_EQ(clip("hello!", 5), "he…");
  EXPECT_EQ(clip("\u20ac\u20ac\u20ac", 8), "\u20ac…");
  EXPECT_EQ(clip("hello", 2), "he");
  EXPECT_EQ(clip("\u20ac", 2), "");
}

TEST(PlainText, TakesTheFirstLineWithSomethingOnIt) {
  EXPECT_EQ(firstLine("\n  \r\n DISK OK \r\nmore"), "DISK OK");
  EXPECT_EQ(firstLine("one"), "one");
  EXPECT_EQ(firstLine(" \n"), "");
}

TEST(PlainText, MakesOneLineOfAnything) {
  EXPECT_EQ(oneLine("a\nb\tc\x01"
                    "d\x7F"),
            "a b c d");
  EXPECT_EQ(oneLine(std::string(600, 'x')).size(), kMessageBytes);
  EXPECT_EQ(oneLine("\xFF"), kBad);
}

// One of each kind: C0, DEL, C1, marks of direction, without width, separators, tags.
const char* const kSteering[] = {"\x1b",   "\x07",   "\x7f",   "\u0080",    "\u009b", "\u009f",
                                 "\u061c", "\u180e", "\u200b", "\u200d",    "\u200e", "\u200f",
                                 "\u2028", "\u2029", "\u202a", "\u202e",    "\u2060", "\u2066",
                                 "\u2069", "\ufeff", "\ufff9", "\U000E0041"};

TEST(PlainText, MakesASpaceOfEverythingThatSteersATerminal) {
  for (const char* const steering : kSteering) {
    EXPECT_EQ(oneLine("a" + std::string(steering) + "b"), "a b") << escaped(steering);
  }
}

TEST(PlainText, ShowsWhatSteersATerminalAsAnEscape) {
  EXPECT_EQ(escaped("\x1b[2J"), "\\u001b[2J");
  EXPECT_EQ(escaped("\u009b2J"), "\\u009b2J");
  EXPECT_EQ(escaped("exe.\u202egpj"), "exe.\\u202egpj");
  EXPECT_EQ(escaped("\U000E0041"), "\\udb40\\udc41");
  EXPECT_EQ(escaped("a\tb\r\n"), "a\\u0009b\\u000d\\u000a");
  EXPECT_EQ(escapedLines("a\tb\r\n\u009b"), "a\tb\\u000d\n\\u009b");
  EXPECT_EQ(escaped("\xFF\x9b"), kBad + kBad);  // a byte of C1 by itself is no character
}

TEST(PlainText, IsOneWordForAShellWhoeverHasChosenIt) {
  EXPECT_EQ(quotedForShell("restart@web-1.example:9100"), "restart@web-1.example:9100");
  EXPECT_EQ(quotedForShell("a b"), "'a b'");
  EXPECT_EQ(quotedForShell("a'; reboot"), "'a'\\''; reboot'");
  EXPECT_EQ(quotedForShell("$(reboot)"), "'$(reboot)'");
  EXPECT_EQ(quotedForShell("-x"), "'-x'") << "no option";
  EXPECT_EQ(quotedForShell(""), "''");
}

TEST(PlainText, LeavesTheTextOfEveryLanguageAlone) {
  const std::string text = "Größe ≥ 5 €, 日本語, שלום, مرحبا, e\u0301, \U0001F600, \u00a0\u00ad";
  EXPECT_EQ(escaped(text), text);
  EXPECT_EQ(escapedLines(text), text);
  EXPECT_EQ(oneLine(text), text);
}

}  // namespace
}  // namespace heald::core
