// How much room texts take on a terminal, and tables that fit into it.
#include "ctl/width.h"

#include <gmock/gmock.h>

#include "ctl/table.h"

namespace heald::ctl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Width, CountsColumnsAndNotBytesOrCodePoints) {
  EXPECT_EQ(columnsOf(""), 0u);
  EXPECT_EQ(columnsOf("disk"), 4u);
  EXPECT_EQ(columnsOf("größer"), 6u);
  EXPECT_EQ(columnsOf("磁盘"), 4u) << "wide";
  EXPECT_EQ(columnsOf("e\u0301"), 1u) << "a combining accent";
  EXPECT_EQ(columnsOf("\U0001F525"), 2u) << "an emoji";
  EXPECT_EQ(columnsOf("\xff\xc3"), 2u) << "not UTF-8";
}

TEST(Width, CutsBetweenCharactersAndShowsIt) {
  EXPECT_EQ(shortenedTo("disk", 4), "disk");
  EXPECT_EQ(shortenedTo("disks", 4), "dis…");
  EXPECT_EQ(shortenedTo("磁盘磁盘", 4), "磁…") << "half of a wide one does not fit";
  EXPECT_EQ(shortenedTo("e\u0301e\u0301e\u0301", 2), "e\u0301…");
  EXPECT_EQ(shortenedTo("a bc", 3), "a…") << "no blank before the sign";
  EXPECT_EQ(shortenedTo("disk", 1), "…");
  EXPECT_EQ(shortenedTo("disk", 0), "");
}

TEST(Width, BreaksLinesAtBlanksThenAtHyphensThenAnywhereAndLosesNothing) {
  EXPECT_THAT(wrapped("cannot bind port 4080", 11), ElementsAre("cannot bind", "port 4080"));
  EXPECT_THAT(wrapped("self-healing-main", 13), ElementsAre("self-healing-", "main"));
  EXPECT_THAT(wrapped("since 2026-11-23 on", 12), ElementsAre("since", "2026-11-23", "on"))
      << "not within a word that fits";
  EXPECT_THAT(wrapped("PERMANENT_OPEN", 10), ElementsAre("PERMANENT_", "OPEN"));
  EXPECT_THAT(wrapped("aaaaaaaa", 3), ElementsAre("aaa", "aaa", "aa"));
  EXPECT_THAT(wrapped("磁盘磁盘", 5), ElementsAre("磁盘", "磁盘"));
  EXPECT_THAT(wrapped("磁", 1), ElementsAre("磁")) << "there is an end to it";
  EXPECT_THAT(wrapped("", 5), ElementsAre(""));
  const std::string text = "GET https://a.example/x?y=1: status 503, not 2xx";
  for (std::size_t width = 1; width <= text.size(); ++width) {
    std::string all;
    for (const std::string& line : wrapped(text, width)) {
      EXPECT_LE(columnsOf(line), width);
      for (const char c : line) all += c == ' ' ? "" : std::string(1, c);
    }
    EXPECT_EQ(all, "GEThttps://a.example/x?y=1:status503,not2xx") << width;
  }
  EXPECT_EQ(longestPiece("self-healing-main or not"), 8u);
}

Table sample() {
  Table table({"GOVERNOR", "BREAKER", "LAST FAILURE", "MESSAGE"});
  table.messagesIn(3);
  table.add({{"self-healing-main"}, {"PERMANENT_OPEN"}, {"1m 30s ago"}, {std::string(90, 'x')}});
  table.add({{"磁盘"}, {"CLOSED"}, {"never"}, {"ok"}});
  return table;
}

TEST(TableLayout, IsAsWideAsItsCellsWithoutALimit) {
  EXPECT_THAT(sample().text(false),
              testing::StartsWith("  GOVERNOR           BREAKER         LAST FAILURE  MESSAGE\n"));
  EXPECT_THAT(sample().text(false), HasSubstr("  磁盘               CLOSED          never"));
}

TEST(TableLayout, ShortensMessagesFirstAndShowsIt) {
  const std::string text = sample().text(false, 80);
  EXPECT_THAT(text, HasSubstr("self-healing-main  PERMANENT_OPEN  1m 30s ago"));
  EXPECT_THAT(text, HasSubstr("xx…\n"));
}

TEST(TableLayout, KeepsEveryColumnAndEveryNameAtAnyWidth) {
  for (std::size_t width = 20; width <= 120; ++width) {
    const std::string text = sample().text(false, width);
    std::istringstream lines(text);
    std::string letters;
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(columnsOf(line), width) << text;
      EXPECT_FALSE(line.ends_with(' ')) << text;
    }
    if (width < 60) continue;  // below, words are broken
    for (const char* whole : {"GOVERNOR", "BREAKER", "LAST", "FAILURE", "MESSAGE", "self-healing-",
                              "main", "PERMANENT_", "OPEN", "CLOSED"}) {
      EXPECT_THAT(text, HasSubstr(whole)) << width;
    }
  }
}

}  // namespace
}  // namespace heald::ctl
