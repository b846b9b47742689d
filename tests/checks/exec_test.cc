#include "checks/exec.h"

#include <sys/stat.h>

#include "checks/check_fixture.h"
#include "support/temp_dir.h"

namespace heald::checks {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

struct ExecCheck : CheckTest {
  CheckResult exec(const std::string& yaml) { return run(execKind(), yaml); }
  CheckResult sh(const std::string& script) {
    return exec("command: [/bin/sh, -c, '" + script + "']");
  }
};

TEST_F(ExecCheck, FollowsTheNagiosConvention) {
  EXPECT_RESULT(sh("echo fine; exit 0"), CheckStatus::kOk, "fine");
  EXPECT_RESULT(sh("echo slow; exit 1"), CheckStatus::kWarning, "slow");
  EXPECT_RESULT(sh("echo down; exit 2"), CheckStatus::kCritical, "down");
  EXPECT_RESULT(sh("echo what; exit 3"), CheckStatus::kUnknown, "what");
}

TEST_F(ExecCheck, OfACommandThatIsNoPluginEveryOtherExitCodeIsCritical) {
  const auto command = [&](const std::string& script) {
    return exec("{command: [/bin/sh, -c, '" + script + "'], nonzero_is_critical: true}");
  };
  EXPECT_RESULT(command("echo \"a | b\""), CheckStatus::kOk, "a | b");
  EXPECT_RESULT(command("exit 1"), CheckStatus::kCritical, "exit code 1");
  EXPECT_RESULT(command("echo inactive; exit 3"), CheckStatus::kCritical, "inactive");
  EXPECT_RESULT(command("exit 77"), CheckStatus::kCritical, "exit code 77");
  EXPECT_RESULT(command("kill -SEGV $$"), CheckStatus::kUnknown, "killed by signal SIGSEGV");
  EXPECT_RESULT(exec("{command: [/nowhere/x], nonzero_is_critical: true}"), CheckStatus::kUnknown,
                "cannot start /nowhere/x: No such file or directory");
}

TEST_F(ExecCheck, KnowsNothingFromAnyOtherEnd) {
  EXPECT_RESULT(sh("echo hm; exit 4"), CheckStatus::kUnknown, "exit code 4: hm");
  EXPECT_RESULT(sh("exit 127"), CheckStatus::kUnknown, "exit code 127");
  EXPECT_RESULT(sh("kill -SEGV $$"), CheckStatus::kUnknown, "killed by signal SIGSEGV");
  EXPECT_RESULT(exec("command: [/nowhere/x]"), CheckStatus::kUnknown,
                "cannot start /nowhere/x: No such file or directory");
}

TEST_F(ExecCheck, CutsThePerformanceDataOff) {
  EXPECT_RESULT(sh("echo; echo \"DISK OK - free: 10 GB | /=5GB;9;10\"; echo more | cat"),
                CheckStatus::kOk, "DISK OK - free: 10 GB");
  EXPECT_RESULT(sh("echo \"|a=1\""), CheckStatus::kOk, "exit code 0");
  EXPECT_THAT(sh("echo \"|a=20ms\"").measurements, ElementsAre(core::Measurement{"a", 0.02}));
}

TEST_F(ExecCheck, IsCriticalWhenItTakesTooLong) {
  timeout = 200ms;
  EXPECT_RESULT(sh("sleep 100"), CheckStatus::kCritical, "timed out after 200ms");
}

TEST_F(ExecCheck, IsUnknownWhenCancelled) {
  cancel.cancel();
  EXPECT_RESULT(sh("sleep 100"), CheckStatus::kUnknown, "cancelled");
}

TEST_F(ExecCheck, IsUnknownWhenThePoolStops) {
  workers.stop();
  EXPECT_RESULT(sh("exit 0"), CheckStatus::kUnknown, "too much work is waiting");
}

TEST_F(ExecCheck, ShowsOneLineOfUtf8) {
  EXPECT_RESULT(sh("printf \"a\\\\377\\\\001b\\\\n\""), CheckStatus::kOk, "a\xEF\xBF\xBD b");
  EXPECT_RESULT(sh("head -c 2000 /dev/zero | tr \"\\\\0\" x"), CheckStatus::kOk, EndsWith("x…"));
}

TEST_F(ExecCheck, TellsTheCommandItsNameAndEnvironment) {
  EXPECT_RESULT(exec("{command: [sh, -c, 'echo $HEALD_CHECK $A $(pwd)'], environment: {A: b, "
                     "HEALD_CHECK: no}, working_directory: /usr}"),
                CheckStatus::kOk, "gateway b /usr");
}

TEST_F(ExecCheck, RunsAsTheUserThatItNames) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  EXPECT_RESULT(exec("{command: [sh, -c, 'id -un; :'], user: nobody}"), CheckStatus::kOk, "nobody");
  EXPECT_RESULT(exec("{command: [sh, -c, 'id -gn; :'], user: nobody, group: www-data}"),
                CheckStatus::kOk, "www-data");
}

TEST_F(ExecCheck, IsUnknownWithoutTheUserThatItNames) {
  EXPECT_RESULT(exec("{command: [id], user: no-such-user}"), CheckStatus::kUnknown,
                "there is no user no-such-user");
}

TEST(ExecCheckUser, IsAProblemOfTheHostAndNotOfTheFile) {
  const auto read = test::readKind(execKind(), "{command: [id],\n  user: no-such-user}");
  EXPECT_THAT(read.problems, testing::IsEmpty());
  const auto problems = read.part->problemsOfHost();
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].place, "t.yml:2:3");
  EXPECT_EQ(problems[0].message, "there is no user no-such-user");
}

TEST(ExecCheckProgram, IsWarnedOfWhenOthersMayChangeIt) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give files to another user";
  const test::TempDir dir;
  chmod(dir.path().c_str(), 0755);
  const std::string tool = dir.write("tool.sh", "#!/bin/sh\n");
  chmod(tool.c_str(), 0755);
  const auto warnings = [](const std::string& yaml) {
    std::string text;
    const auto read = test::readKind(execKind(), yaml);
    for (const auto& each : read.part->warningsOfHost())
      text += each.place + ": " + each.key + ": " + each.message;
    return text;
  };
  EXPECT_EQ(warnings("command: [true]"), "");
  EXPECT_EQ(warnings("command: [no-such-program]"), "");
  EXPECT_EQ(warnings("command: [" + tool + "]"), "");
  ASSERT_EQ(chown(tool.c_str(), 1, 1), 0);
  EXPECT_THAT(warnings("command: [" + tool + "]"),
              StartsWith("t.yml:1:1: command: " + tool + ": belongs to daemon (mode 0755)"));
  EXPECT_THAT(warnings("command: [/bin/sh, -e, " + tool + "]"), HasSubstr("belongs to daemon"));
  EXPECT_EQ(warnings("{command: [" + tool + "], user: daemon}"), "");
  chmod(tool.c_str(), 0777);
  EXPECT_THAT(warnings("{command: [" + tool + "], user: daemon}"), HasSubstr("by everybody"));
}

TEST_F(ExecCheck, RunsTheMonitoringPlugins) {
  const std::string plugins = "/usr/lib/nagios/plugins/";
  if (access((plugins + "check_dummy").c_str(), X_OK) != 0) GTEST_SKIP() << "not installed";
  EXPECT_RESULT(exec("command: [" + plugins + "check_dummy, '0', hello]"), CheckStatus::kOk,
                "OK: hello");
  EXPECT_RESULT(exec("command: [" + plugins + "check_dummy, '1']"), CheckStatus::kWarning,
                "WARNING");
  EXPECT_RESULT(exec("command: [" + plugins + "check_dummy, '2', down]"), CheckStatus::kCritical,
                "CRITICAL: down");
  EXPECT_RESULT(exec("command: [" + plugins + "check_disk, -w, 0%, -c, 0%, -p, /]"),
                CheckStatus::kOk, StartsWith("DISK OK - free space: /"));
  EXPECT_RESULT(exec("command: [" + plugins + "check_procs, -c, '1:']"), CheckStatus::kOk,
                StartsWith("PROCS OK: "));
}

TEST(ExecCheckOptions, AreRefusedWithTheReason) {
  const auto problems = [](const std::string& yaml) {
    return test::readKind(execKind(), yaml).problems;
  };
  EXPECT_THAT(problems("environment: {}"), ElementsAre(HasSubstr("command")));
  EXPECT_THAT(problems("command: []"), ElementsAre(HasSubstr("command")));
  EXPECT_THAT(problems("command: [bin/x]"),
              ElementsAre("t.yml:1:1: command: must be absolute, or a name without '/' (example: "
                          "/usr/bin/systemctl)"));
  EXPECT_THAT(problems("{command: [x], environment: {A=B: c}}"),
              ElementsAre(HasSubstr("environment.A=B: \"A=B\" is not the name of a variable")));
  EXPECT_THAT(problems("{command: [x], working_directory: tmp}"),
              ElementsAre(HasSubstr("is not an absolute path")));
  EXPECT_THAT(problems("{command: [x], user: 'a b'}"),
              ElementsAre(HasSubstr("is not the name of a user")));
  EXPECT_THAT(problems("{command: [x], shell: true}"), ElementsAre(HasSubstr("shell")));
}

}  // namespace
}  // namespace heald::checks
