#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "heald/daemon.h"
#include "support/eventually.h"
#include "support/temp_dir.h"

// heald inside a program, by its public headers alone.
namespace heald {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using test::eventually;
using testing::HasSubstr;

class Embedding : public testing::Test {
 protected:
  void SetUp() override {
    folder_.write("heald.yml", "store: {path: '" + folder_.file("heald.db") + R"('}
checks:
  - name: service
    exec: {command: [/bin/sh, -c, 'test ! -e )" +
                                   folder_.file("sick") + R"( || exit 2']}
    interval: 50ms
remedies:
  - name: restart
    when: {check: service}
    governor: self-healing-main
    exec: {command: [/bin/sh, -c, 'echo No active API keys; exit 1']}
    verify: {after: 0}
)");
    DaemonOptions options;
    options.config_file = folder_.file("heald.yml");
    options.control_address = options.metrics_address = "127.0.0.1:0";
    options.token_file = folder_.file("own.token");
    options.log_level = "error";
    auto started = Daemon::start(options);
    ASSERT_TRUE(started) << started.error().message;
    daemon_ = std::move(*started);
  }

  BackgroundTaskManager& backgroundTaskManager() { return daemon_->backgroundTaskManager(); }
  SelfHealingEngine& selfHealingEngine() { return daemon_->selfHealingEngine(); }
  CircuitBreakerHandle mainBreaker() {
    return daemon_->circuitBreakerRegistry().get("self-healing-main");
  }
  TaskInfo task(const std::string& id) {
    for (const TaskInfo& info : backgroundTaskManager().tasks()) {
      if (info.id == id) return info;
    }
    return {};
  }

  test::TempDir folder_;
  // Of the jobs, which run until the daemon has stopped: they outlive a test's own frame.
  std::atomic<int> runs_ = 0;
  std::atomic<int> others_ = 0;
  std::atomic<bool> refused_ = false;
  std::unique_ptr<Daemon> daemon_;
};

TEST_F(Embedding, AnOptionMovesTheTokenAwayFromTheStore) {
  EXPECT_EQ(folder_.read("own.token").size(), 65u);
  EXPECT_EQ(folder_.read("control.token"), "");
}

TEST_F(Embedding, AnIntervalRunsUntilItIsReplacedAndIsThereOnce) {
  auto& tasks = backgroundTaskManager();
  ASSERT_TRUE(tasks.registerInterval("report", [&] { ++runs_; }, milliseconds(5),
                                     {.enabled = true, .replace = true}));
  EXPECT_TRUE(eventually([&] { return runs_ >= 3; }));
  ASSERT_TRUE(tasks.registerInterval(
      "report", [&] { ++others_; }, milliseconds(5)));
  const int at_replacement = runs_;
  EXPECT_TRUE(eventually([&] { return others_ >= 3; }));
  EXPECT_EQ(runs_, at_replacement) << "the old job ran after it was replaced";
  EXPECT_EQ(tasks.tasks().size(), 4u);
  EXPECT_EQ(task("report").type, "interval");
}

TEST_F(Embedding, WithReplaceOffAnIdThatIsThereIsRefused) {
  auto& tasks = backgroundTaskManager();
  ASSERT_TRUE(tasks.registerInterval(
      "report", [] {}, hours(1)));
  const auto refused =
      tasks.registerInterval("report", [] {}, hours(1), {.enabled = true, .replace = false});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
}

TEST_F(Embedding, TheEleventhTaskIsRefusedAndNoneIsEvicted) {
  auto& tasks = backgroundTaskManager();
  for (int i = 4; i <= 10; ++i) {
    ASSERT_TRUE(tasks.registerInterval(
        "task-" + std::to_string(i), [] {}, hours(1)));
  }
  const auto refused = tasks.registerInterval(
      "task-11", [] {}, hours(1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kLimit);
  EXPECT_EQ(tasks.tasks().size(), 10u);
}

TEST_F(Embedding, AJobThatIsNotEnabledIsListedAndDoesNotRun) {
  auto& tasks = backgroundTaskManager();
  ASSERT_TRUE(tasks.registerInterval("off", [&] { ++runs_; }, milliseconds(5),
                                     {.enabled = false, .replace = true}));
  ASSERT_TRUE(tasks.registerInterval(
      "on", [&] { ++others_; }, milliseconds(5)));
  EXPECT_TRUE(eventually([&] { return others_ >= 10; }));
  EXPECT_EQ(runs_, 0);
  EXPECT_FALSE(task("off").enabled);
}

TEST_F(Embedding, AJobCannotReplaceItself) {
  auto& tasks = backgroundTaskManager();
  const auto job = [this] {
    const auto answer = backgroundTaskManager().registerInterval(
        "narcissus", [] {}, milliseconds(5));
    refused_ = !answer && answer.error().code == ErrorCode::kConflict;
  };
  ASSERT_TRUE(tasks.registerInterval("narcissus", job, milliseconds(5)));
  EXPECT_TRUE(eventually([&] { return refused_.load(); }));
}

TEST_F(Embedding, AJobThatThrowsIsCountedAndRunsAgain) {
  auto& tasks = backgroundTaskManager();
  ASSERT_TRUE(tasks.registerInterval(
      "clumsy", [] { throw std::runtime_error("oops"); }, milliseconds(5)));
  EXPECT_TRUE(eventually([&] { return task("clumsy").failures >= 3; }));
}

TEST_F(Embedding, ATimeoutRunsOnceAndIsGone) {
  ASSERT_TRUE(backgroundTaskManager().registerTimeout(
      "once", [&] { ++runs_; }, milliseconds(5)));
  EXPECT_TRUE(eventually([&] { return runs_ == 1 && task("once").id.empty(); }));
}

TEST_F(Embedding, ADormantEngineIsResumedAndItsBreakerResetByTheProgram) {
  folder_.write("sick", "");
  ASSERT_TRUE(eventually([&] { return selfHealingEngine().isDormant(); }));
  EXPECT_EQ(mainBreaker().state(), "PERMANENT_OPEN");
  EXPECT_EQ(mainBreaker().failureCount(), 1);
  EXPECT_EQ(mainBreaker().reset().error().code, ErrorCode::kConflict);
  EXPECT_TRUE(mainBreaker().reset(true));
  EXPECT_EQ(mainBreaker().state(), "CLOSED");
  EXPECT_TRUE(selfHealingEngine().isDormant()) << "a reset is not a resume";
  EXPECT_EQ(selfHealingEngine().resumeFromDormant("  ").error().code, ErrorCode::kInvalid);
  std::filesystem::remove(folder_.file("sick"));
  EXPECT_TRUE(selfHealingEngine().resumeFromDormant("the key is back"));
  EXPECT_FALSE(selfHealingEngine().isDormant());
  EXPECT_EQ(selfHealingEngine().resumeFromDormant("twice").error().code, ErrorCode::kConflict);
}

TEST_F(Embedding, AnUnknownBreakerIsNotFoundAndNamesThoseThatExist) {
  const auto refused = daemon_->circuitBreakerRegistry().get("nobody").reset(true);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(refused.error().message, HasSubstr("self-healing-main"));
}

TEST_F(Embedding, AfterStopEverythingIsRefused) {
  daemon_->stop();
  daemon_->stop();
  const auto refused = backgroundTaskManager().registerInterval(
      "late", [] {}, hours(1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kShutdown);
}

}  // namespace
}  // namespace heald
