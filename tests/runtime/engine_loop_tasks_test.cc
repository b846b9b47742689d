#include <future>

#include "runtime/loop_fixture.h"

namespace heald::runtime {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::eventually;

class LoopTasks : public LoopTest {
 protected:
  LoopTasks() { loop_.start(); }

  // Registers from another thread, for a call that may have to wait.
  std::future<Result<engine::Reply>> registerLater(const std::string& id,
                                                   Work::TaskFunction function) {
    return std::async(std::launch::async, [this, id, function = std::move(function)] {
      return loop_.call(interval(id), function);
    });
  }
  std::uint64_t replacements() const { return loop_.snapshot()->task_replacements; }
};

TEST_F(LoopTasks, TheFunctionThatWasRegisteredIsTheOneThatRuns) {
  int runs = 0;
  ASSERT_TRUE(loop_.call(interval("report"), [&] { ++runs; }));
  const auto task = work_.awaitTask("report");
  task.function();
  EXPECT_EQ(runs, 1);
}

TEST_F(LoopTasks, AReplacementWaitsForTheRunningJobAndThenRunsAlone) {
  int old_runs = 0;
  int new_runs = 0;
  ASSERT_TRUE(loop_.call(interval("report"), [&] { ++old_runs; }));
  const auto running = work_.awaitTask("report");
  auto replaced = registerLater("report", [&] { ++new_runs; });
  EXPECT_EQ(replaced.wait_for(milliseconds(100)), std::future_status::timeout);
  EXPECT_EQ(work_.waitingTasks("report"), 0u) << "two at one time";
  running.function();
  FakeWork::finish(running);
  ASSERT_EQ(replaced.wait_for(seconds(20)), std::future_status::ready);
  EXPECT_TRUE(replaced.get());
  const auto next = work_.awaitTask("report");
  next.function();
  EXPECT_EQ(old_runs, 1);
  EXPECT_EQ(new_runs, 1);
  EXPECT_EQ(replacements(), 1u);
}

TEST_F(LoopTasks, AnIdleJobIsReplacedAtOnce) {
  ASSERT_TRUE(loop_.call(interval("report", hours(1)), [] {}));
  EXPECT_TRUE(loop_.call(interval("report", hours(1)), [] {}));
  EXPECT_EQ(replacements(), 1u);
}

TEST_F(LoopTasks, TheEleventhIsRefused) {
  for (int i = 4; i <= 10; ++i) {
    ASSERT_TRUE(loop_.call(interval("task-" + std::to_string(i), hours(1)), [] {}));
  }
  const auto refused = loop_.call(interval("task-11", hours(1)), [] {});
  EXPECT_EQ(refused.error().code, ErrorCode::kLimit);
  EXPECT_EQ(loop_.snapshot()->tasks.size(), 10u);
  EXPECT_TRUE(loop_.call(engine::RemoveTask{"task-4"}));
  EXPECT_TRUE(loop_.call(interval("task-11", hours(1)), [] {}));
}

TEST_F(LoopTasks, AJobIsNeverRunTwiceAtOneTime) {
  ASSERT_TRUE(loop_.call(interval("slow", milliseconds(2)), [] {}));
  const auto running = work_.awaitTask("slow");
  const auto overruns = [&] {
    const auto snapshot = loop_.snapshot();
    for (const auto& task : snapshot->tasks) {
      if (task.id == "slow") return task.overruns;
    }
    return std::uint64_t{0};
  };
  EXPECT_TRUE(eventually([&] { return overruns() >= 3; }));
  EXPECT_EQ(work_.waitingTasks("slow"), 0u);
  FakeWork::finish(running);
  work_.awaitTask("slow");
}

TEST_F(LoopTasks, StopAnswersWhoeverWaitsForAReplacement) {
  ASSERT_TRUE(loop_.call(interval("report"), [] {}));
  work_.awaitTask("report");
  auto replaced = registerLater("report", [] {});
  EXPECT_EQ(replaced.wait_for(milliseconds(100)), std::future_status::timeout);
  loop_.stop();
  ASSERT_EQ(replaced.wait_for(seconds(20)), std::future_status::ready);
  EXPECT_EQ(replaced.get().error().code, ErrorCode::kShutdown);
}

}  // namespace
}  // namespace heald::runtime
