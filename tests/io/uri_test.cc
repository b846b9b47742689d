#include "io/uri.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace heald::io {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(PercentDecode, DecodesOnce) {
  EXPECT_EQ(percentDecode("a%20b%2Fc%2f"), "a b/c/");
  EXPECT_EQ(percentDecode("%2561"), "%61");
  EXPECT_EQ(percentDecode("a+b"), "a+b");
  EXPECT_EQ(percentDecode("caf%C3%A9"), "caf\xc3\xa9");
}

TEST(PercentDecode, RefusesBrokenSequencesControlBytesAndBadUtf8) {
  for (const char* bad : {"%", "%2", "%zz", "%2g", "a%00b", "%0a", "%0D%0A", "%7f", "%ff", "%c3",
                          "%c0%af", "%ed%a0%80", "%f5%80%80%80", "\x01", "\xff"}) {
    EXPECT_FALSE(percentDecode(bad)) << bad;
  }
}

TEST(SplitPath, SplitsBeforeItDecodes) {
  EXPECT_THAT(*splitPath("/api/a%2Fb"), ElementsAre("api", "a/b"));
  EXPECT_THAT(*splitPath("/"), ElementsAre(""));
  EXPECT_THAT(*splitPath("/api//x/"), ElementsAre("api", "", "x", ""));
  EXPECT_THAT(*splitPath("/../etc"), ElementsAre("..", "etc"));
  EXPECT_FALSE(splitPath(""));
  EXPECT_FALSE(splitPath("http://x/"));
  EXPECT_FALSE(splitPath("/a%00"));
}

TEST(ParseQuery, DecodesNamesAndValues) {
  EXPECT_THAT(*parseQuery("a=1&b=x+y%26z&c&=e&a=2"),
              ElementsAre(Pair("", "e"), Pair("a", "2"), Pair("b", "x y&z"), Pair("c", "")));
  EXPECT_TRUE(parseQuery("")->empty());
  EXPECT_TRUE(parseQuery("&&")->empty());
  EXPECT_FALSE(parseQuery("a=%0"));
  EXPECT_FALSE(parseQuery("a=%ff"));
}

TEST(PercentEncode, LeavesWhatNeedsNoEncoding) {
  EXPECT_EQ(percentEncode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percentEncode("/a b%\xc3\xbc\n"), "%2Fa%20b%25%C3%BC%0A");
  EXPECT_EQ(percentEncode("/srv/a b", "/"), "/srv/a%20b");
  EXPECT_EQ(percentEncode("..", ""), "%2E%2E");
}

}  // namespace
}  // namespace heald::io
