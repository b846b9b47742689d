#include "io/user.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "process/process_fixture.h"
#include "support/temp_dir.h"

namespace heald::process {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// "nobody" and "daemon" are in every Debian.
TEST(User, IsFoundByNameAndByNumber) {
  EXPECT_EQ(*io::userNumber("root"), 0u);
  EXPECT_EQ(*io::userNumber("4711"), 4711u);
  EXPECT_NE(io::userNameProblem("-1"), "") << "no machine has such a one";
  EXPECT_EQ(io::userNumber("no-such-user").error().message, "there is no user no-such-user");
  EXPECT_FALSE(io::userNumber("4294967295").ok());  // "no user" to the system
  EXPECT_EQ(io::userName(0), "root");
  EXPECT_EQ(io::userName(4711), "4711");
}

class UserOfRoot : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  }
  static process::ProcessResult runScript(const std::string& script, const std::string& user,
                                          const std::string& group = "",
                                          const std::string& in = "/") {
    process::ProcessSpec spec;
    spec.command = {"/bin/sh", "-c", script};
    spec.working_directory = in;
    const auto as = io::runAs(user, group);
    EXPECT_TRUE(as.ok());
    spec.run_as = std::make_shared<const io::RunAs>(*as);
    return process::runProcess(spec, io::CancelToken());
  }
};

TEST_F(UserOfRoot, HasHerGroupsAndHome) {
  const auto daemon = io::runAs("daemon", "");
  ASSERT_TRUE(daemon.ok());
  EXPECT_EQ(daemon->uid, 1u);
  EXPECT_EQ(daemon->gid, 1u);
  EXPECT_THAT(daemon->groups, Contains(1u));
  EXPECT_EQ(daemon->name, "daemon");
  EXPECT_EQ(daemon->home, "/usr/sbin");
}

TEST_F(UserOfRoot, MayHaveAnotherFirstGroup) {
  const auto daemon = io::runAs("daemon", "www-data");
  ASSERT_TRUE(daemon.ok());
  EXPECT_EQ(daemon->gid, 33u);
  EXPECT_THAT(daemon->groups, Contains(33u));
  EXPECT_EQ(io::runAs("daemon", "no-such-group").error().message,
            "there is no group no-such-group");
}

TEST_F(UserOfRoot, IsHealdsOwnWithAGroupAlone) {
  const auto own = io::runAs("", "www-data");
  ASSERT_TRUE(own.ok());
  EXPECT_EQ(own->uid, 0u);
  EXPECT_THAT(own->groups, ElementsAre(33u));
}

TEST_F(UserOfRoot, NeedsAGroupWhereANumberHasNoEntry) {
  EXPECT_THAT(io::runAs("4711", "").error().message, HasSubstr("give it a group as well"));
  const auto as = io::runAs("4711", "4712");
  ASSERT_TRUE(as.ok());
  EXPECT_THAT(as->groups, ElementsAre(4712u));
  EXPECT_EQ(as->home, "/");
  EXPECT_EQ(as->name, "4711");
}

TEST_F(UserOfRoot, HasNothingOfRootLeft) {
  const auto result = runScript(
      "id -u; id -g; id -G; echo $HOME $USER $LOGNAME; "
      "grep -E '^(Uid|Gid|Groups|Cap(Inh|Prm|Eff|Amb))' /proc/self/status",
      "daemon");
  EXPECT_THAT(result.output, StartsWith("1\n1\n1\n/usr/sbin daemon daemon\n"
                                        "Uid:\t1\t1\t1\t1\nGid:\t1\t1\t1\t1\nGroups:\t1 \n"
                                        "CapInh:\t0000000000000000\nCapPrm:\t0000000000000000\n"
                                        "CapEff:\t0000000000000000\nCapAmb:\t0000000000000000\n"));
}

TEST_F(UserOfRoot, MayNotReadWhatIsRootsAlone) {
  const test::TempDir dir;
  chmod(dir.path().c_str(), 0755);
  chmod(dir.write("control.token", "secret").c_str(), 0600);
  const auto result = runScript("cat " + dir.file("control.token"), "nobody");
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.output, HasSubstr("Permission denied"));
  EXPECT_EQ(runScript("cat " + dir.file("control.token"), "root").output, "secret");
}

TEST_F(UserOfRoot, CannotBecomeRootAgain) {
  const auto result =
      runScript("kill -0 $PPID; kill -KILL $PPID; echo $?; kill -0 1; echo $?", "nobody");
  EXPECT_THAT(result.output, HasSubstr("1\n"));
  EXPECT_EQ(result.end,
            process::ProcessEnd::kExited);  // its supervisor, which is root's, is unharmed
}

TEST_F(UserOfRoot, WritesToItsOutputThroughDevStderrToo) {
  EXPECT_EQ(runScript("echo one; echo two > /dev/stderr", "nobody").output, "one\ntwo\n");
}

TEST_F(UserOfRoot, IsToldWhereSheMayNotGo) {
  const test::TempDir dir;  // 0700
  const auto there = runScript("true", "nobody", "", dir.path());
  EXPECT_EQ(there.reason,
            "cannot start /bin/sh in " + dir.path() + " as nobody: Permission denied");
  process::ProcessSpec spec;
  spec.command = {dir.write("tool", "#!/bin/sh\n")};
  chmod(spec.command[0].c_str(), 0755);
  spec.run_as = std::make_shared<const io::RunAs>(*io::runAs("nobody", ""));
  EXPECT_EQ(process::runProcess(spec, {}).reason,
            "cannot start " + spec.command[0] + " as nobody: Permission denied");
}

TEST_F(UserOfRoot, LeavesTheNextRunOfTheSameSupervisorRoots) {
  EXPECT_EQ(runScript("id -u", "nobody").output, "65534\n");
  process::ProcessSpec spec;
  spec.command = {"id", "-u"};
  EXPECT_EQ(process::runProcess(spec, {}).output, "0\n");
}

TEST_F(UserOfRoot, IsEndedWithAllOfHerTreeAfterTheTimeout) {
  Script script("trap '' TERM; " + kEscapee + " while :; do sleep 100; done");
  script.spec.run_as = std::make_shared<const io::RunAs>(*io::runAs("nobody", ""));
  script.spec.timeout = 400ms;
  script.spec.kill_after = 100ms;
  EXPECT_EQ(process::runProcess(script.spec, {}).end, process::ProcessEnd::kTimeout);
  EXPECT_EQ(script.alive(), 0);
}

TEST_F(UserOfRoot, CannotBeBecomeByAHealdThatIsNotRoot) {
  const pid_t child = fork();
  if (child == 0) {
    if (setgid(65534) != 0 || setuid(65534) != 0) _exit(2);
    const auto other = io::runAs("daemon", "");
    const bool refused = !other && other.error().code == ErrorCode::kInvalid &&
                         other.error().message ==
                             "only root can become another user or group, and heald runs as nobody";
    const auto itself = io::runAs("nobody", "");
    process::ProcessSpec spec;
    spec.command = {"/bin/sh", "-c", "id -u; echo $USER"};
    if (itself) spec.run_as = std::make_shared<const io::RunAs>(*itself);
    _exit(refused && itself && process::runProcess(spec, {}).output == "65534\nnobody\n" ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST(ConfiguredUser, IsHealdsOwnWithoutAName) {
  EXPECT_EQ(*io::ConfiguredUser("", "").get(), nullptr);
  EXPECT_THAT(io::ConfiguredUser("no-such-user", "").get().error().message,
              HasSubstr("no-such-user"));
}

}  // namespace
}  // namespace heald::process
