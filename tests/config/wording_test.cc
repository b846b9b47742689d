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
  EXPECT_EQ(shortened(std::string("a\n\t\0\x7f", 5)), "a\\n\\t\\u0000\\u007f");
  EXPECT_EQ(shortened(std::string(64, 'a')), std::string(64, 'a'));
  EXPECT_EQ(shortened(std::string(65, 'a')), std::string(64, 'a') + "…");
  EXPECT_EQ(shortened(std::string(63, 'a') + "ä"), std::string(63, 'a') + "…");
}

TEST(Wording, WritesWhatSteersATerminalAsEverythingElseDoes) {
  EXPECT_EQ(shortened("a\xE2\x80\xAE"
                      "b"),
            "a\\u202eb");
  EXPECT_EQ(shortened("\x1b[31m"), "\\u001b[31m");
  EXPECT_EQ(printable("a\xE2\x80\x8B.yml"), "a\\u200b.yml");
  EXPECT_EQ(shortened("30\xC2\xA0s"), "30<no-break space>s") << "it looks like a space";
}

TEST(Wording, TakesTheBeginningOfAKeyForIt) {
  EXPECT_EQ(nearest("password", {"username", "password_file"}), "password_file");
  EXPECT_EQ(nearest("bearer_token", {"url", "bearer_token_file"}), "bearer_token_file");
  EXPECT_EQ(nearest("tls_", {"tls_config"}), "") << "half a word";
  EXPECT_EQ(nearest("check", {"check_defaults", "checks"}), "checks") << "one letter is nearer";
}

}  // namespace
}  // namespace heald::config
