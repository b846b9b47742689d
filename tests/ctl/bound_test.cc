#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "fixture.h"

namespace heald::ctl {
namespace {

using testing::HasSubstr;

// Without a daemon.
class BoundCommand : public CtlTest {
 protected:
  static void SetUpTestSuite() {}
  static void TearDownTestSuite() {}
  void SetUp() override {}

  std::string write(const std::string& governors) {
    return files_.write("heald.yml", "governors:\n" + governors);
  }
};

constexpr const char* kThree = R"(
  gateway: {}
  quick:
    max_consecutive_failures: 3
    backoff: {base: 1s, max: 2s}
    breaker: {failure_threshold: 2, open_for: 4s, permanent_open_threshold: 3}
    budgets: [{attempts: 2, per: 1m}]
  trials:
    max_consecutive_failures: 3
    backoff: {base: 1s, max: 2s}
    breaker: {open_for: 4s, half_open_max_attempts: 2}
    budgets: []
)";

TEST_F(BoundCommand, TellsForEachGovernorHowManyAttemptsOverWhatTime) {
  const Said said = ctl({"bound", write(kThree)});
  EXPECT_EQ(said.code, 0) << said.err;
  std::ifstream golden(HEALD_SOURCE_DIR "/tests/golden/ctl_bound.txt");
  std::ostringstream expected;
  expected << golden.rdbuf();
  EXPECT_EQ(said.out, expected.str());
}

TEST_F(BoundCommand, FailsWhenAGovernorMayMakeMoreThanMax) {
  const std::string file = write(kThree);
  EXPECT_EQ(ctl({"bound", file, "--max", "10"}).code, 0);
  const Said said = ctl({"bound", file, "--max", "9"});
  EXPECT_EQ(said.code, 1);
  EXPECT_THAT(said.err, HasSubstr("governor \"gateway\" may make 10 attempts before a human must "
                                  "act, more than --max 9"));
  EXPECT_EQ(ctl({"bound", file, "--max", "0"}).code, 2);
}

TEST_F(BoundCommand, PrintsJson) {
  const Said said = ctl({"bound", write("  gateway: {}\n"), "--json"});
  EXPECT_EQ(said.code, 0) << said.err;
  const auto bound = nlohmann::json::parse(said.out);
  ASSERT_FALSE(bound.at("governors").empty());
  for (const auto& governor : bound.at("governors")) {
    EXPECT_EQ(governor["maxAttempts"], 10);
    EXPECT_EQ(governor["leastSeconds"], 1895);
    EXPECT_EQ(governor["alwaysFailing"]["attempts"], 10);
    EXPECT_EQ(governor["exploration"]["confirmed"], true);
  }
}

TEST_F(BoundCommand, PrintsTheProblemsOfAFileThatIsNotGood) {
  const Said said = ctl({"bound", write("  gateway: {max_consecutive_failures: many}\n")});
  EXPECT_EQ(said.code, 1);
  EXPECT_EQ(said.out, "");
  EXPECT_THAT(said.err, HasSubstr("max_consecutive_failures"));
}

}  // namespace
}  // namespace heald::ctl
