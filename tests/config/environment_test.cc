#include "config/environment.h"

#include <gtest/gtest.h>

#include "fake_kinds.h"

namespace heald::config {
namespace {

const Lookup kEnvironment = environmentOf({{"A", "one"}, {"_b2", "two"}, {"EMPTY", ""}});

std::string expanded(std::string_view text) {
  const auto result = expand(text, kEnvironment);
  return result ? *result : "error: " + result.error().message;
}

TEST(Environment, ReplacesEachReferenceOnce) {
  EXPECT_EQ(expanded("${A}"), "one");
  EXPECT_EQ(expanded("x${A}y${_b2}z"), "xoneytwoz");
  EXPECT_EQ(expanded("${A}${A}"), "oneone");
  EXPECT_EQ(expanded("${EMPTY}"), "");
}

TEST(Environment, HasDefaultsForWhatIsUnsetOrEmpty) {
  EXPECT_EQ(expanded("${NONE:-else}"), "else");
  EXPECT_EQ(expanded("${EMPTY:-else}"), "else");
  EXPECT_EQ(expanded("${A:-else}"), "one");
  EXPECT_EQ(expanded("${NONE:-}"), "");
  EXPECT_EQ(expanded("${NONE:-a:-b $ c}"), "a:-b $ c");
}

TEST(Environment, LeavesEveryOtherDollarAlone) {
  EXPECT_EQ(expanded("$A costs 5$ or $$"), "$A costs 5$ or $$");
  EXPECT_EQ(expanded("$${A}"), "${A}");
  EXPECT_EQ(expanded("$$${A}"), "$${A}");
  EXPECT_EQ(expanded("$${A} ${A} $${"), "${A} one ${");
  EXPECT_EQ(expanded("}{$"), "}{$");
  EXPECT_EQ(expanded(""), "");
}

TEST(Environment, NamesWhatIsNotSet) {
  EXPECT_EQ(expanded("${NONE}"),
            "error: the environment variable NONE is not set (set it, or write ${NONE:-default})");
}

TEST(Environment, RefusesWhatIsNoReference) {
  for (const char* text :
       {"${", "${A", "${}", "${1}", "${A-b}", "${a b}", "${A:-${B}}", "${:-x}"}) {
    EXPECT_TRUE(expanded(text).starts_with("error: ")) << text;
  }
}

}  // namespace
}  // namespace heald::config
