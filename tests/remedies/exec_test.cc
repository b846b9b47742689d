#include "remedies/exec.h"

#include "process/run_deadline.h"
#include "remedies/remedy_fixture.h"
#include "support/eventually.h"
#include "support/temp_dir.h"

namespace heald::remedies {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct ExecRemedy : RemedyTest {
  ActionResult sh(const std::string& script, const std::string& more = "") {
    return run(execKind(), "{command: [/bin/sh, -c, '" + script + "']" + more + "}");
  }
};

TEST_F(ExecRemedy, IsOkOnExitCodeZero) {
  const auto result = sh("echo restarted");
  EXPECT_EQ(result.outcome, ActionOutcome::kOk);
  EXPECT_EQ(result.text, "exit code 0");
  EXPECT_EQ(result.output, "restarted\n");
}

TEST_F(ExecRemedy, FailsWithTheReason) {
  const auto failed = sh("echo no active api keys >&2; exit 3");
  EXPECT_EQ(failed.outcome, ActionOutcome::kFailed);
  EXPECT_EQ(failed.text, "exit code 3");
  EXPECT_EQ(failed.output, "no active api keys\n");
  EXPECT_EQ(sh("kill -KILL $$").text, "killed by signal SIGKILL");
  const auto missing = run(execKind(), "command: [/x]");
  EXPECT_EQ(missing.outcome, ActionOutcome::kFailed);
  EXPECT_EQ(missing.text, "cannot start /x: No such file or directory");
}

TEST_F(ExecRemedy, RunsAsTheUserThatItNames) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  EXPECT_EQ(sh("id -un; id -gn", ", user: daemon, group: www-data").output, "daemon\nwww-data\n");
}

TEST_F(ExecRemedy, FailsWithoutTheUserThatItNames) {
  const auto remedy = read(execKind(), "{command: [id], user: no-such-user}");
  ASSERT_EQ(remedy->problemsOfHost().size(), 1u);
  EXPECT_EQ(remedy->problemsOfHost()[0].message, "there is no user no-such-user");
  EXPECT_EQ(start(*remedy).get().text, "there is no user no-such-user");
}

TEST_F(ExecRemedy, StartsNothingBehindTheEndOfTheLease) {
  test::TempDir folder;
  process::runDeadline() = 0;
  const auto result = sh("touch " + folder.file("began"));
  process::runDeadline() = process::kNever;
  EXPECT_NE(result.outcome, ActionOutcome::kOk);
  EXPECT_FALSE(std::filesystem::exists(folder.file("began")));
}

TEST_F(ExecRemedy, IsEndedWhenItsTimeIsOver) {
  const auto result =
      sh("trap \"\" TERM; while :; do sleep 100; done", ", timeout: 200ms, kill_after: 100ms");
  EXPECT_EQ(result.outcome, ActionOutcome::kTimeout);
  EXPECT_EQ(result.text, "timed out after 200ms");
}

TEST_F(ExecRemedy, IsEndedWhenCancelled) {
  const test::TempDir dir;
  const auto remedy =
      read(execKind(), "command: [/bin/sh, -c, 'echo > " + dir.file("up") + "; sleep 100']");
  auto result = start(*remedy);
  EXPECT_TRUE(test::eventually([&] { return !dir.read("up").empty(); }));
  cancel.cancel();
  EXPECT_EQ(result.get().outcome, ActionOutcome::kCancelled);
}

TEST_F(ExecRemedy, TakesLabelsAsWholeArgumentsWhereTheyAreNamed) {
  labels = {{"a", "x y; $(reboot)"}, {"b", "{{a}}"}};
  const auto result =
      run(execKind(), "command: [/bin/echo, '{{b}}', '--to={{a}}/{{b}}', '{{ a }}']");
  EXPECT_EQ(result.output, "{{a}} --to=x y; $(reboot)/{{a}} x y; $(reboot)\n");
  EXPECT_THAT(read(execKind(), "command: [/bin/echo, '{{b}}{{a}}']")->labels(),
              ElementsAre("b", "a"));
}

TEST_F(ExecRemedy, StartsNothingWithoutALabelOrWithOneThatCouldBeAnOption) {
  const std::string command = "command: [/bin/echo, '{{a}}']";
  EXPECT_THAT(run(execKind(), command).text, HasSubstr("label \"a\""));
  for (const std::string hostile : {"-x", "", "a\nb"}) {
    labels = {{"a", hostile}};
    const auto result = run(execKind(), command);
    EXPECT_EQ(result.outcome, ActionOutcome::kFailed);
    EXPECT_EQ(result.output, "");
  }
}

TEST_F(ExecRemedy, LearnsWhyItRuns) {
  reason = "down; $(rm -rf /) 'x'";
  const auto result = sh("echo $HEALD_CHECK $HEALD_REMEDY $HEALD_ATTEMPT \"$HEALD_REASON\" $A",
                         ", environment: {A: b, HEALD_CHECK: no}");
  EXPECT_EQ(result.output, "gateway restart 3 down; $(rm -rf /) 'x' b\n");
}

TEST_F(ExecRemedy, HasATimeoutWithoutBeingAsked) {
  EXPECT_EQ(read(execKind(), "command: [x]")->timeout(), 30s);
  EXPECT_EQ(read(execKind(), "{command: [x], timeout: 2m}")->timeout(), 2min);
}

TEST_F(ExecRemedy, OutlivesItsConfiguration) {
  auto remedy = read(execKind(), "command: [/bin/sh, -c, 'sleep 0.1; echo done']");
  auto result = start(*remedy);
  remedy.reset();
  EXPECT_EQ(result.get().output, "done\n");
}

TEST(ExecRemedyOptions, AreRefusedWithTheReason) {
  const auto problems = [](const std::string& yaml) {
    return test::readKind(execKind(), yaml).problems;
  };
  EXPECT_THAT(problems("timeout: 3s"), ElementsAre(HasSubstr("command")));
  EXPECT_THAT(problems("command: [./x]"), ElementsAre(HasSubstr("must be absolute")));
  EXPECT_THAT(problems("{command: [x], timeout: 0}"), ElementsAre(HasSubstr("timeout")));
  EXPECT_THAT(problems("{command: [x], kill_after: 1h}"), ElementsAre(HasSubstr("kill_after")));
}

}  // namespace
}  // namespace heald::remedies
