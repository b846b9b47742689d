#include "checks/process.h"

#include "checks/check_fixture.h"
#include "support/eventually.h"
#include "support/leaky_service.h"

namespace heald::checks {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct ProcessCheck : CheckTest {
  CheckResult process(const std::string& yaml) { return run(processKind(), yaml); }
  CheckResult workers(const std::string& limits = "") {
    return process("{match: " + service.program() + limits + "}");
  }

  test::LeakyService service;
};

TEST_F(ProcessCheck, WantsAtLeastOneUnlessToldOtherwise) {
  EXPECT_RESULT(workers(), CheckStatus::kCritical,
                "0 processes, 0 orphans, 0 zombies; at least 1 wanted");
  EXPECT_RESULT(workers(", min: 0, max: 3"), CheckStatus::kOk, "0 processes, 0 orphans, 0 zombies");
  service.keep(1);
  EXPECT_RESULT(workers(), CheckStatus::kOk, "1 process, 0 orphans, 0 zombies");
}

TEST_F(ProcessCheck, CountsProcessesAgainstItsLimits) {
  service.keep(3);
  EXPECT_RESULT(workers(", min: 3, max: 3"), CheckStatus::kOk, "3 processes, 0 orphans, 0 zombies");
  EXPECT_RESULT(workers(", min: 4"), CheckStatus::kCritical,
                "3 processes, 0 orphans, 0 zombies; at least 4 wanted");
  EXPECT_RESULT(workers(", max: 2"), CheckStatus::kCritical,
                "3 processes, 0 orphans, 0 zombies; at most 2 wanted");
}

TEST_F(ProcessCheck, CountsOrphansOnlyWhereItIsAskedTo) {
  service.keep(1);
  service.leak(2);
  EXPECT_RESULT(workers(), CheckStatus::kOk, "3 processes, 2 orphans, 0 zombies");
  EXPECT_RESULT(workers(", orphans: 2"), CheckStatus::kOk, "3 processes, 2 orphans, 0 zombies");
  EXPECT_RESULT(workers(", max: 2, orphans: 1"), CheckStatus::kCritical,
                "3 processes, 2 orphans, 0 zombies; at most 2 wanted, at most 1 orphan wanted");
}

TEST_F(ProcessCheck, CountsZombiesApart) {
  const auto kept = service.keep(2);
  kill(kept[0], SIGKILL);
  EXPECT_TRUE(test::eventually([&] { return !service.isAlive(kept[0]); }));
  EXPECT_RESULT(workers(), CheckStatus::kOk, "1 process, 0 orphans, 1 zombie");
  EXPECT_RESULT(workers(", zombies: 0"), CheckStatus::kCritical,
                "1 process, 0 orphans, 1 zombie; at most 0 zombies wanted");
}

TEST_F(ProcessCheck, SaysWhyThePidFileNamesNobody) {
  const test::TempDir dir;
  EXPECT_RESULT(process("pid_file: " + dir.file("pid")), CheckStatus::kCritical,
                "0 processes, 0 orphans, 0 zombies; at least 1 wanted (pid file " +
                    dir.file("pid") + ": No such file or directory)");
  dir.write("pid", std::to_string(service.keep(1)[0]));
  EXPECT_RESULT(process("pid_file: " + dir.file("pid")), CheckStatus::kOk,
                "1 process, 0 orphans, 0 zombies");
}

TEST_F(ProcessCheck, IsUnknownWhenItCannotTell) {
  EXPECT_RESULT(process("user: nobody-of-this-name"), CheckStatus::kUnknown,
                "there is no user nobody-of-this-name");
  EXPECT_RESULT(process("pid_file: /proc"), CheckStatus::kUnknown,
                "pid file /proc: not a regular file");
  cancel.cancel();
  EXPECT_RESULT(workers(), CheckStatus::kUnknown, "cancelled");
}

TEST(ProcessCheckOptions, AreRefusedWithTheReason) {
  const auto problems = [](const std::string& yaml) {
    return test::readKind(processKind(), yaml).problems;
  };
  const std::string empty =
      "selects nothing (give it match, user or pid_file; example: match: /opt/app/worker)";
  EXPECT_THAT(problems("min: 2"), ElementsAre("t.yml:1:1: " + empty));
  EXPECT_THAT(problems("match: ''"),
              ElementsAre("t.yml:1:1: match: \"\" is empty (give it a value, or remove the key)"));
  EXPECT_THAT(problems("{match: x, min: 3, max: 2}"),
              ElementsAre("t.yml:1:20: max: 2 is below min, which is 3 (max is at least min)"));
  EXPECT_THAT(problems("{match: x, max: 0}"),
              ElementsAre("t.yml:1:12: max: 0 is below min, which is 1 by default (give it min, "
                          "too)"));
  EXPECT_THAT(problems("{match: x, min: 0}"),
              ElementsAre("t.yml:1:12: min: allows everything, so that it is never critical (give "
                          "it max, orphans or zombies, too)"));
  EXPECT_THAT(problems("{match: x, orphans: -1}"),
              ElementsAre("t.yml:1:12: orphans: \"-1\" is out of range (0 to 1000000)"));
  EXPECT_THAT(problems("{match: x, min: 0, orphans: 0}"), IsEmpty());
}

}  // namespace
}  // namespace heald::checks
