#include "checks/load.h"

#include "checks/check_fixture.h"

namespace heald::checks {
namespace {

using core::Measurement;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kLoadavg = "4.00 2.50 1.00 3/123 4567\n";

LoadLimits five(const std::string& critical) {
  LoadLimits limits;
  limits.averages[1].critical = critical;
  return limits;
}

TEST(LoadCheck, IsForEachProcessor) {
  const CheckResult result = judgeLoad(five("1.25"), kLoadavg, 2);
  EXPECT_EQ(result.status, CheckStatus::kOk);
  EXPECT_EQ(result.message, "for each of 2 processors: load1 2, load5 1.25, load15 0.5");
  EXPECT_THAT(result.measurements, ElementsAre(Measurement{"load1", 2}, Measurement{"load5", 1.25},
                                               Measurement{"load15", 0.5}));
  EXPECT_RESULT(judgeLoad(five("1.2"), kLoadavg, 2), CheckStatus::kCritical,
                HasSubstr("load5 1.25 (at most 1.2 wanted)"));
}

TEST(LoadCheck, OrOfTheWholeMachine) {
  LoadLimits limits = five("2.6");
  limits.per_cpu = false;
  EXPECT_RESULT(judgeLoad(limits, kLoadavg, 2), CheckStatus::kOk, "load1 4, load5 2.5, load15 1");
}

TEST(LoadCheck, IsUnknownWhenTheKernelDoesNotSay) {
  EXPECT_RESULT(judgeLoad(five("1"), "4.00 x", 2), CheckStatus::kUnknown,
                "/proc/loadavg has no three numbers");
}

TEST(LoadCheckOptions, HaveAtLeastOneLimit) {
  EXPECT_THAT(test::readKind(loadKind(), "per_cpu: true").problems,
              ElementsAre(HasSubstr("has no limit (example: load5: {critical: 4})")));
  EXPECT_THAT(test::readKind(loadKind(), "load5: {critical: 5%}").problems,
              ElementsAre(HasSubstr("is not a number from 0 on")));
  EXPECT_THAT(test::readKind(loadKind(), "load5: {warning: 5, critical: 4}").problems,
              ElementsAre(HasSubstr("5 is not below critical, which is 4")));
}

struct LoadOfThisMachine : CheckTest {};

TEST_F(LoadOfThisMachine, IsThere) {
  EXPECT_RESULT(run(loadKind(), "load1: {critical: 100000}"), CheckStatus::kOk,
                HasSubstr("load15"));
}

}  // namespace
}  // namespace heald::checks
