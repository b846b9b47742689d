#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "e2e/stories.h"
#include "support/child.h"

// A hostile neighbour who may write a file that a heald of root reads.
namespace heald::test {
namespace {

using testing::HasSubstr;

constexpr uid_t kDaemon = 1;  // as in every Debian

class TrustedFiles : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "only root can give files to another user";
    chmod(daemon_.dir().path().c_str(), 0755);
  }
  std::string config() const { return daemon_.file("heald.yml"); }

  TestDaemon daemon_{{"checks: [{name: one, exec: {command: [/bin/true]}, interval: 100ms}]\n"}};
};

TEST_F(TrustedFiles, AConfigurationThatOthersMayWriteStartsNothing) {
  daemon_.configure(daemon_.launch().config);
  chmod(config().c_str(), 0666);
  daemon_.spawn();
  EXPECT_EQ(daemon_.waitForExit(), 1);
  EXPECT_THAT(daemon_.log(), HasSubstr(config() +
                                       ": may be written by everybody (mode 0666), and "
                                       "heald obeys files of root alone; run: chmod "
                                       "go-w " +
                                       config()));
  ASSERT_EQ(chown(config().c_str(), kDaemon, 0), 0);
  chmod(config().c_str(), 0644);
  daemon_.spawn();
  EXPECT_EQ(daemon_.waitForExit(), 1);
  EXPECT_THAT(daemon_.log(), HasSubstr(config() + ": belongs to daemon (mode 0644)"));
}

TEST_F(TrustedFiles, AConfigurationThatOthersMayWriteMeanwhileIsNotReloaded) {
  daemon_.start();
  daemon_.configure("checks: [{name: two, exec: {command: [/bin/true]}}]\n");
  chmod(config().c_str(), 0666);
  daemon_.signal(SIGHUP);
  daemon_.await("the refusal", [&] { return daemon_.logHas("may be written by everybody"); });
  EXPECT_EQ(daemon_.check("one").at("name"), "one");
  EXPECT_EQ(daemon_.metric("heald_config_last_reload_successful"), 0);
  chmod(config().c_str(), 0644);
  daemon_.signal(SIGHUP);
  daemon_.await("the reload",
                [&] { return daemon_.metric("heald_config_last_reload_successful") == 1; });
  EXPECT_EQ(daemon_.check("two").at("name"), "two");
}

TEST_F(TrustedFiles, AnIncludedFileIsJudgedAsTheMainOne) {
  daemon_.configure("include: more.yml\n");
  const std::string more =
      daemon_.dir().write("more.yml", "checks: [{name: two, exec: {command: [/bin/true]}}]\n");
  ASSERT_EQ(chown(more.c_str(), kDaemon, 0), 0);
  daemon_.spawn();
  EXPECT_EQ(daemon_.waitForExit(), 1);
  EXPECT_THAT(daemon_.log(), HasSubstr("more.yml: belongs to daemon"));
}

TEST_F(TrustedFiles, AUserThatIsNotThereIsAnErrorOfTheStart) {
  daemon_.configure(
      "checks:\n  - name: one\n    exec: {command: [/bin/true], user: no-such-user}\n");
  daemon_.spawn();
  EXPECT_EQ(daemon_.waitForExit(), 1);
  EXPECT_THAT(daemon_.log(), HasSubstr(": exec.user: there is no user no-such-user"));
}

TEST_F(TrustedFiles, APidFileOfAUserKillsNoProcessOfRoots) {
  Child victim({"/bin/sleep", "600"}, daemon_.file("victim"));
  const std::string pid_file = daemon_.dir().write("app.pid", std::to_string(victim.pid()) + "\n");
  ASSERT_EQ(chown(pid_file.c_str(), kDaemon, kDaemon), 0);
  daemon_.configure(R"(
checks:
  - {name: down, exec: {command: [/bin/sh, -c, 'exit 2']}, interval: 100ms}
remedies:
  - name: end-it
    when: {check: down}
    signal: {pid_file: @DIR@/app.pid, signal: KILL}
    verify: {after: 0}
)");
  daemon_.start();
  daemon_.await("an attempt", [&] { return daemon_.remedy("end-it").at("attempts") >= 1; });
  daemon_.await("its end", [&] { return daemon_.remedy("end-it").at("failures") >= 1; });
  EXPECT_TRUE(victim.running());
  daemon_.stop();
}

}  // namespace
}  // namespace heald::test
