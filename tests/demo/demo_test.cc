// The demo ends well, and however it ends it leaves nothing behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>

#include "support/child.h"
#include "support/command.h"
#include "support/eventually.h"
#include "support/temp_dir.h"

namespace heald::test {
namespace {

using testing::HasSubstr;

class Demo : public testing::Test {
 protected:
  void SetUp() override {
    if (!haveProgram("prometheus")) GTEST_SKIP() << "Prometheus is not installed";
    if (!haveProgram("prometheus-alertmanager")) GTEST_SKIP() << "Alertmanager is not installed";
    std::filesystem::create_directory(home_.file("tmp"));
  }

  void start(std::vector<std::string> flags) {
    std::vector<std::string> command = {HEALD_SOURCE_DIR "/scripts/demo", "--build",
                                        HEALD_BINARY_DIR};
    command.insert(command.end(), flags.begin(), flags.end());
    demo_.emplace(command, home_.file("output"),
                  std::vector<std::pair<std::string, std::string>>{{"TMPDIR", home_.file("tmp")}});
  }
  bool awaitOutput(const std::string& text) {
    return eventually([&] { return demo_->output().find(text) != std::string::npos; },
                      std::chrono::seconds(120));
  }
  // Its programs have the folder in their command lines.
  bool somethingRuns() const {
    return runCommand({"pgrep", "-f", home_.file("tmp")}).output.find_first_of("0123456789") !=
           std::string::npos;
  }
  void expectThatNothingIsLeft() {
    EXPECT_TRUE(eventually([&] { return std::filesystem::is_empty(home_.file("tmp")); }))
        << runCommand({"find", home_.file("tmp")}).output;
    EXPECT_TRUE(eventually([&] { return !somethingRuns(); }))
        << runCommand({"pgrep", "-af", home_.file("tmp")}).output;
  }

  TempDir home_;
  std::optional<Child> demo_;
};

TEST_F(Demo, TellsTheWholeStoryAndLeavesNothing) {
  start({"--fast"});
  ASSERT_TRUE(awaitOutput("That is heald") || !demo_->running()) << demo_->output();
  EXPECT_TRUE(eventually([&] { return !demo_->running(); }, std::chrono::seconds(60)));
  const std::string told = demo_->output();
  std::size_t at = 0;
  for (const char* next :
       {"1. All is well", "/api/status", "2. The API key", "attempt 1 failed; backoff 5ms",
        "3. heald stops by itself", "Dormant: Exceeded max failures", "$ healdctl explain",
        "4. Slack says so", "Critical: Healing has stopped: self-healing-main is dormant",
        "[Runbook]", "10 restarts before, 10 now", "6. A human", "7. Slack says that it is over",
        "Resolved: Healing has stopped", "8. That is heald",
        "heald_healing_attempts_total{remedy=\"restart-gateway\",governor=\"self-healing-main\"} "
        "11"}) {
    const auto found = told.find(next, at);
    ASSERT_NE(found, std::string::npos) << next << " is missing in\n" << told;
    at = found;
  }
  EXPECT_THAT(told, testing::Not(HasSubstr("ended early")));
  expectThatNothingIsLeft();
}

class DemoThatIsEnded : public Demo, public testing::WithParamInterface<int> {};

TEST_P(DemoThatIsEnded, LeavesNothing) {
  start({"--fast"});
  ASSERT_TRUE(awaitOutput("attempt 1 failed")) << demo_->output();
  ASSERT_TRUE(somethingRuns());
  ::kill(demo_->pid(), GetParam());
  EXPECT_TRUE(eventually([&] { return !demo_->running(); }));
  expectThatNothingIsLeft();
}

INSTANTIATE_TEST_SUITE_P(By, DemoThatIsEnded, testing::Values(SIGINT, SIGTERM, SIGHUP, SIGKILL),
                         [](const auto& signal) {
                           return std::string(sigabbrev_np(signal.param));
                         });

TEST(DemoUsage, IsToldAndAMistakeIsRefused) {
  const std::string demo = HEALD_SOURCE_DIR "/scripts/demo";
  const CommandResult help = runCommand({demo, "--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.output, HasSubstr("usage: scripts/demo"));
  const CommandResult mistake = runCommand({demo, "--build", HEALD_BINARY_DIR, "--slow"});
  EXPECT_EQ(mistake.code, 2);
  EXPECT_THAT(mistake.output, HasSubstr("usage: scripts/demo"));
}

}  // namespace
}  // namespace heald::test
