#include "core/error_matcher.h"

#include <gtest/gtest.h>

namespace heald::core {
namespace {

const std::vector<std::string> kConditions = {"no active api keys", "unauthorized"};

TEST(ErrorMatcher, IgnoresTheCaseOfLetters) {
  EXPECT_EQ(matchError("Error: No active API keys found", kConditions), "no active api keys");
  EXPECT_EQ(matchError("HTTP 401 UNAUTHORIZED", kConditions), "unauthorized");
  EXPECT_EQ(matchError("x", {"X"}), "X");
}

TEST(ErrorMatcher, FindsNothingInOtherTexts) {
  EXPECT_FALSE(matchError("", kConditions));
  EXPECT_FALSE(matchError("no active api key", kConditions));
  EXPECT_FALSE(matchError("connection refused", kConditions));
}

TEST(ErrorMatcher, AnEmptyConditionMatchesNothing) {
  EXPECT_FALSE(matchError("anything", {""}));
}

TEST(ErrorMatcher, LooksAtTheFirst64KiBOnly) {
  const std::string inside = std::string(kErrorTextLimit - 12, '.') + "unauthorized";
  EXPECT_TRUE(matchError(inside, kConditions));
  EXPECT_FALSE(matchError("." + inside, kConditions)) << "one byte too far";
}

TEST(ErrorMatcher, TakesBytesThatAreNotUtf8AndNul) {
  const std::string text("\xff\xfe\0 unauthorized", 16);
  EXPECT_TRUE(matchError(text, kConditions));
}

TEST(ErrorMatcher, TakesEveryLetterInAnyCaseAndNothingBesideLetters) {
  EXPECT_TRUE(matchError("ABCDEFGHIJKLMNOPQRSTUVWXYZ", {"abcdefghijklmnopqrstuvwxyz"}));
  EXPECT_FALSE(matchError("@[", {"`{"})) << "the neighbours of A and Z";
  EXPECT_FALSE(matchError("!", {"A"}));
  EXPECT_FALSE(matchError("a]b", {"a=b"})) << "32 apart, as the two cases of a letter are";
}

TEST(ErrorMatcher, NamesTheFirstConditionInTheOrderOfTheList) {
  EXPECT_EQ(matchError("unauthorized: no active api keys", kConditions), "no active api keys");
}

}  // namespace
}  // namespace heald::core
