#include "config/wording.h"

#include <gtest/gtest.h>

namespace heald::config {
namespace {

TEST(Wording, CountsEdits) {
  EXPECT_EQ(editDistance("", "abc"), 3);
  EXPECT_EQ(editDistance("interval", "interval"), 0);
  EXPECT_EQ(editDistance("intervall", "interval"), 1);
  EXPECT_EQ(editDistance("wbe", "web"), 1);
  EXPECT_EQ(editDistance("kitten", "sitting"), 3);
}

TEST(Wording, SuggestsOnlyWhatIsNear) {
  EXPECT_EQ(nearest("intervall", {"timeout", "interval"}), "interval");
  EXPECT_EQ(nearest("colour", {"timeout", "interval"}), "");
  EXPECT_EQ(nearest("get", {"HEAD", "GET"}), "GET");
  EXPECT_EQ(nearest("x", {"y"}), "");
  EXPECT_EQ(nearest("ab", {"xyz"}), "");
  EXPECT_EQ(nearest(std::string(100, 'a'), {std::string(100, 'a')}), "");
  EXPECT_EQ(suggestion("colour", {"timeout", "interval"}), "(known: timeout, interval)");
  EXPECT_EQ(suggestion("colour", {}), "(there is none)");
}

TEST(Wording, ShortensAtACharacterAndShowsControls) {
  EXPECT_EQ(shortened("plain"), "plain");
  EXPECT_EQ(shortened(std::string("a\n\t\0\x7f", 5)), "a\\n\\t??");
  EXPECT_EQ(shortened(std::string(64, 'a')), std::string(64, 'a'));
  EXPECT_EQ(shortened(std::string(65, 'a')), std::string(64, 'a') + "…");
  EXPECT_EQ(shortened(std::string(63, 'a') + "ä"), std::string(63, 'a') + "…");
}

}  // namespace
}  // namespace heald::config
