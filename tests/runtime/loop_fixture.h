#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <mutex>
#include <optional>

#include "runtime/engine_loop.h"
#include "store/memory_store.h"
#include "support/eventually.h"
#include "support/setups.h"

namespace heald::runtime {

// Work that ends when the test says so; checks end at once, with the status the test has set.
class FakeWork : public Work {
 public:
  struct Task {
    engine::RunTask run;
    TaskFunction function;
    Post post;
  };
  struct Action {
    engine::StartAction start;
    Post post;
  };

  void startCheck(const engine::StartCheck& start, Post post) override {
    post(engine::CheckFinished{start.check, start.run, status.load(), "", {}});
  }
  void startAction(const engine::StartAction& start, Post post) override {
    if (on_action) on_action();
    const std::lock_guard lock(mutex_);
    actions_.push_back({start, std::move(post)});
  }
  void askAlert(const engine::AskAlert& ask, Post post) override {
    post(engine::AlertAsked{ask.run, engine::AlertAnswer::kUnknown, ""});
  }
  void askFleet(const engine::AskFleet& ask, Post post) override {
    post(engine::FleetAnswered{ask.run, engine::FleetAnswer::kUnanswered, "", {}});
  }
  void returnPermit(const engine::ReturnPermit&) override {}
  void cancelCheck(std::uint64_t) override {}
  void cancelAction(std::uint64_t run) override {
    const std::lock_guard lock(mutex_);
    cancelled_.push_back(run);
  }
  void runTask(const engine::RunTask& run, TaskFunction function, Post post) override {
    const std::lock_guard lock(mutex_);
    tasks_.push_back({run, std::move(function), std::move(post)});
  }

  // The next run of the task, taken out; waits for it.
  Task awaitTask(const std::string& id) {
    std::optional<Task> found;
    test::eventually([&] {
      const std::lock_guard lock(mutex_);
      for (auto it = tasks_.begin(); !found && it != tasks_.end(); ++it) {
        if (it->run.id == id) {
          found = std::move(*it);
          tasks_.erase(it);
          break;
        }
      }
      return found.has_value();
    });
    return found.value();
  }
  Action awaitAction() {
    std::optional<Action> found;
    test::eventually([&] {
      const std::lock_guard lock(mutex_);
      if (!actions_.empty()) {
        found = std::move(actions_.front());
        actions_.erase(actions_.begin());
      }
      return found.has_value();
    });
    return found.value();
  }
  std::size_t waitingTasks(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::count_if(
        tasks_.begin(), tasks_.end(), [&](const Task& task) { return task.run.id == id; }));
  }
  std::vector<std::uint64_t> cancelledActions() const {
    const std::lock_guard lock(mutex_);
    return cancelled_;
  }
  std::size_t waitingActions() const {
    const std::lock_guard lock(mutex_);
    return actions_.size();
  }

  static void finish(const Task& task) {
    task.post(engine::TaskFinished{task.run.id, task.run.install, true, {}});
  }
  static void finish(const Action& action, engine::ActionOutcome outcome) {
    action.post(engine::ActionFinished{action.start.run, outcome, "done", ""});
  }

  std::atomic<core::CheckStatus> status = core::CheckStatus::kOk;
  std::function<void()> on_action;  // on the engine's thread; set before the start

 private:
  mutable std::mutex mutex_;
  std::vector<std::uint64_t> cancelled_;
  std::vector<Task> tasks_;
  std::vector<Action> actions_;
};

// The engine's loop on the real clock with a store in memory.
class LoopTest : public testing::Test {
 protected:
  static engine::Setup quickSetup() {
    engine::Setup setup = test::oneRemedy();
    setup.checks[0].interval = std::chrono::milliseconds(10);
    return setup;
  }
  static engine::RegisterTask interval(const std::string& id,
                                       core::Duration period = std::chrono::milliseconds(5)) {
    return {id, engine::TaskKind::kInterval, period, true, true};
  }

  LoopTest() : loop_(quickSetup(), store_, work_, clock_, log_) {}
  ~LoopTest() override { loop_.stop(); }

  engine::GovernorView governor() const { return loop_.snapshot()->governors.at(0); }
  Result<engine::Reply> enterDormant() {
    return loop_.call(engine::EnterDormant{"main", "a test", "a test"});
  }
  // As a caller who is asked, right before it is done, whether it still waits.
  Result<engine::Reply> callFor(engine::Event command, engine::Claim claim, EngineLoop::Gone gone) {
    auto answered = std::make_shared<std::promise<Result<engine::Reply>>>();
    auto reply = answered->get_future();
    loop_.call(
        std::move(command), std::move(claim), std::move(gone),
        [answered](Result<engine::Reply> result) { answered->set_value(std::move(result)); });
    return reply.get();
  }
  Result<engine::Reply> resume() { return loop_.call(engine::Resume{"main", "a test", "a test"}); }

  store::MemoryStore store_;
  FakeWork work_;
  SystemClock clock_;
  io::Log log_{io::LogFormat::kLogfmt, static_cast<io::LogLevel>(4)};  // above all: silent
  EngineLoop loop_;
};

}  // namespace heald::runtime
