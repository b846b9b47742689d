#include "runtime/engine_loop.h"

#include <future>

#include "runtime/loop_fixture.h"

namespace heald::runtime {
namespace {

using core::CheckStatus;
using engine::ActionOutcome;
using test::eventually;

TEST_F(LoopTest, WhatWasAnsweredIsInTheSnapshotAlready) {
  loop_.start();
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(enterDormant());
    ASSERT_TRUE(governor().state.dormant());
    ASSERT_TRUE(resume());
    ASSERT_FALSE(governor().state.dormant());
  }
}

TEST_F(LoopTest, AnAttemptIsInTheSnapshotBeforeItsActionStarts) {
  std::atomic<int> in_progress = -1;
  work_.status = CheckStatus::kCritical;
  work_.on_action = [&] { in_progress = loop_.snapshot()->attempts_in_progress; };
  loop_.start();
  const auto action = work_.awaitAction();
  EXPECT_EQ(in_progress, 1);
  FakeWork::finish(action, ActionOutcome::kFailed);
  EXPECT_TRUE(eventually([&] { return governor().state.totals.failures == 1; }));
}

TEST_F(LoopTest, AnAttemptIsDurableBeforeItsActionStarts) {
  std::atomic<std::uint64_t> durable = 0;
  work_.status = CheckStatus::kCritical;
  work_.on_action = [&] {  // on the engine's thread, which alone uses the store
    const auto saved = store_.open({"boot", clock_.now()});
    durable = (*saved)->governors.at(0).second.in_flight.at(0).id;
  };
  loop_.start();
  EXPECT_EQ(work_.awaitAction().start.attempt, 1u);
  EXPECT_EQ(durable, 1u);
}

TEST_F(LoopTest, AStoreThatTakesNothingLetsNothingStartAndRefusesHumans) {
  std::atomic<bool> fails = true;
  store_.setFault([&](store::Operation operation, std::uint64_t) -> std::string {
    return fails && operation != store::Operation::kLoad ? "disk full" : "";
  });
  loop_.start();
  work_.status = CheckStatus::kCritical;
  ASSERT_TRUE(eventually([&] { return !loop_.snapshot()->store_up; }));
  EXPECT_EQ(loop_.snapshot()->store_error, "disk full");
  EXPECT_EQ(enterDormant().error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(work_.waitingActions(), 0u);
  fails = false;
  work_.awaitAction();
  EXPECT_TRUE(loop_.snapshot()->store_up);
}

TEST_F(LoopTest, AStoreThatCannotBeReadMeansDormantUntilItCan) {
  std::atomic<bool> fails = true;
  store_.setFault(
      [&](store::Operation, std::uint64_t) -> std::string { return fails ? "no such disk" : ""; });
  work_.status = CheckStatus::kCritical;
  loop_.start();
  EXPECT_EQ(governor().state.dormancy->reason, "state unreadable");
  fails = false;
  work_.awaitAction();
  EXPECT_FALSE(governor().state.dormant());
}

TEST_F(LoopTest, AStateThatIsNotReadYetGivesNoFinalAnswerAboutAPermit) {
  store_.setFault([](store::Operation, std::uint64_t) -> std::string { return "no such disk"; });
  EngineLoop loop(quickSetup(), store_, work_, clock_, log_);
  loop.onStandby([] { return std::string(); });  // a replica that is about to lead
  loop.start();
  const engine::RequestPermit asks{"main", std::chrono::minutes(1), "", "test"};
  EXPECT_EQ(loop.call(asks).error().code, ErrorCode::kUnavailable) << "and not: dormant";
  EXPECT_EQ(loop.call(engine::ReportPermit{"p1", true, "", "", "test", ""}).error().code,
            ErrorCode::kUnavailable)
      << "and not: there is no such permit";
  loop.stop();
}

TEST_F(LoopTest, WithoutReplicasAStoreThatCannotBeReadDeniesAPermitForGood) {
  store_.setFault([](store::Operation, std::uint64_t) -> std::string { return "no such disk"; });
  EngineLoop loop(quickSetup(), store_, work_, clock_, log_);
  loop.start();
  const auto reply = loop.call(engine::RequestPermit{"main", std::chrono::minutes(1), "", "test"});
  ASSERT_TRUE(reply) << "nobody else will give one: " << reply.error().message;
  EXPECT_TRUE(reply->denial);
  loop.stop();
}

TEST_F(LoopTest, AStoreThatDoesNotAnswerAReplicaThatMayActIsAskedAgainSoon) {
  std::atomic<int> asked = 0;
  store_.setFault([&](store::Operation, std::uint64_t) -> std::string {
    return ++asked < 8 ? "no answer in time" : "";
  });
  EngineLoop loop(quickSetup(), store_, work_, clock_, log_);
  loop.onStandby([] { return std::string(); });
  loop.start();
  const auto begun = std::chrono::steady_clock::now();
  loop.askStore();
  ASSERT_TRUE(test::eventually([&] { return loop.snapshot()->store_up; }));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5 * EngineLoop::kRetryStore)
      << "six times 200 ms, and not six seconds";
  loop.stop();
}

TEST_F(LoopTest, AReloadIsAppliedBeforeAnythingOfItStarts) {
  loop_.start();
  work_.status = core::CheckStatus::kCritical;
  const auto action = work_.awaitAction();
  engine::Setup next = quickSetup();
  next.remedies[0].name = "another";
  bool applied = false;
  const auto reply = loop_.reload({std::make_shared<const engine::Setup>(next), "a test"}, [&] {
    applied = true;
    EXPECT_TRUE(work_.cancelledActions().empty());
  });
  EXPECT_TRUE(reply.ok());
  EXPECT_TRUE(applied);
  EXPECT_EQ(loop_.snapshot()->remedies.at(0).name, "another");
  EXPECT_EQ(work_.cancelledActions(), std::vector<std::uint64_t>{action.start.run});
  FakeWork::finish(action, engine::ActionOutcome::kCancelled);
}

TEST_F(LoopTest, AReloadIsAppliedAlsoWhenTheStoreCannotTakeWhatItEnds) {
  loop_.start();
  work_.status = core::CheckStatus::kCritical;
  const auto action = work_.awaitAction();
  store_.setFault([](store::Operation operation, std::uint64_t) -> std::string {
    return operation == store::Operation::kLoad ? "" : "disk full";
  });
  engine::Setup next = quickSetup();
  next.remedies[0].name = "another";
  bool applied = false;
  const auto reply = loop_.reload({std::make_shared<const engine::Setup>(next), "a test"},
                                  [&] { applied = true; });
  EXPECT_TRUE(reply.ok());
  EXPECT_TRUE(applied) << "or the engine's checks and the runtime's are not the same";
  EXPECT_EQ(loop_.snapshot()->remedies.at(0).name, "another");
  EXPECT_FALSE(loop_.snapshot()->store_up);
  FakeWork::finish(action, engine::ActionOutcome::kCancelled);
}

TEST_F(LoopTest, StopEndsWhenTheLastActionHasReported) {
  work_.status = CheckStatus::kCritical;
  loop_.start();
  const auto action = work_.awaitAction();
  loop_.beginStop();
  EXPECT_FALSE(loop_.waitUntilIdle(std::chrono::milliseconds(20)));
  FakeWork::finish(action, ActionOutcome::kCancelled);
  EXPECT_TRUE(loop_.waitUntilIdle(std::chrono::seconds(20)));
  loop_.stop();
  EXPECT_EQ(governor().state.totals.failures, 1u);
  EXPECT_TRUE(governor().state.in_flight.empty());
}

TEST_F(LoopTest, AfterStopEveryCallIsToldSo) {
  loop_.start();
  loop_.stop();
  EXPECT_EQ(enterDormant().error().code, ErrorCode::kShutdown);
  loop_.stop();
}

TEST_F(LoopTest, CallsFromManyThreadsAreAnsweredOrToldOfTheStop) {
  loop_.start();
  std::vector<std::future<int>> callers;
  for (int i = 0; i < 8; ++i) {
    callers.push_back(std::async(std::launch::async, [this] {
      int answered = 0;
      for (;;) {
        const auto reply = enterDormant();
        if (!reply && reply.error().code == ErrorCode::kShutdown) return answered;
        ++answered;
      }
    }));
  }
  ASSERT_TRUE(eventually([&] { return governor().state.dormant(); }));
  loop_.beginStop();
  loop_.stop();
  for (auto& caller : callers) EXPECT_GE(caller.get(), 0);
}

TEST_F(LoopTest, ItBeats) {
  loop_.start();
  EXPECT_TRUE(eventually([&] { return loop_.sinceBeat() < std::chrono::seconds(5); }));
}

TEST_F(LoopTest, WhatIsAskedByWhomHasGoneIsNotDone) {
  loop_.start();
  bool gone = true;
  const auto ask = [&] {
    return callFor(engine::EnterDormant{"main", "a test", "a test"}, {}, [&] { return gone; });
  };
  EXPECT_EQ(ask().error().code, ErrorCode::kConflict);
  EXPECT_FALSE(governor().state.dormant());
  EXPECT_EQ(loop_.abandoned(), 1u);
  gone = false;
  EXPECT_TRUE(ask());
  EXPECT_TRUE(governor().state.dormant());
  EXPECT_EQ(loop_.abandoned(), 1u);
}

TEST_F(LoopTest, WhatIsAskedTwiceUnderOneKeyIsDoneOnce) {
  loop_.start();
  const engine::Claim claim{"key", "request"};
  const engine::Event reset = engine::Reset{"main", false, "a test"};
  EXPECT_EQ(callFor(reset, claim, nullptr)->repeat, engine::Repeat::kNo);
  EXPECT_EQ(callFor(reset, claim, nullptr)->repeat, engine::Repeat::kSame);
  EXPECT_EQ(governor().state.epoch, 1u);
  EXPECT_EQ(loop_.repeated(), 1u);
}

// One transaction of etcd does not hold all of them.
class FewTogether : public store::MemoryStore {
 public:
  std::size_t mostTogether() const override { return 8; }
};

class FewTogetherTest : public LoopTest {
 protected:
  static constexpr int kCalls = 40;
  // Of so many calls that came while the first one's commit was under way.
  int commitsOfCalls(bool with_keys);
};

int FewTogetherTest::commitsOfCalls(bool with_keys) {
  engine::Setup setup;
  for (int i = 0; i <= kCalls; ++i) setup.governors.push_back({"g" + std::to_string(i), {}});
  setup.healing.max_concurrent = kCalls + 1;
  FewTogether store;
  std::promise<void> under_way;
  std::promise<void> done;
  std::atomic<int> commits = 0;
  std::atomic<int> probes = 0;
  store.setFault([&](store::Operation operation, std::uint64_t) -> std::string {
    if (operation == store::Operation::kProbe) ++probes;
    if (operation == store::Operation::kCommit && commits++ == 0) {
      under_way.set_value();
      done.get_future().wait();
    }
    return "";
  });
  EngineLoop loop(setup, store, work_, clock_, log_);
  loop.start();
  std::atomic<int> given = 0;
  const auto ask = [&](int i) {
    const std::string name = "g" + std::to_string(i);
    const engine::Claim claim = with_keys ? engine::Claim{name, name} : engine::Claim{};
    loop.call(engine::RequestPermit{name, std::chrono::minutes(1), "", "test"}, claim, nullptr,
              [&](const Result<engine::Reply>& reply) {
                if (reply && reply->permit) ++given;
              });
  };
  ask(0);
  under_way.get_future().wait();
  for (int i = 1; i <= kCalls; ++i) {
    ask(i);
    if (i == 20) loop.askStore();  // in the middle of five that go together
  }
  done.set_value();
  EXPECT_TRUE(eventually([&] { return given == kCalls + 1; }));
  EXPECT_TRUE(eventually([&] { return probes > 0; }, std::chrono::seconds(5)))
      << "a question for the store is not lost among them";
  loop.stop();
  return commits;
}

TEST_F(FewTogetherTest, NoMoreCallsShareACommitThanTheStoreHolds) {
  EXPECT_EQ(commitsOfCalls(false), 1 + 3 + 3) << "eight, eight and four; and once more";
}

TEST_F(FewTogetherTest, ACallWithAKeyCountsTwiceAsItsAnswerIsKept) {
  EXPECT_EQ(commitsOfCalls(true), 1 + 5 + 5) << "four at a time";
}

TEST_F(LoopTest, CallsAboutPermitsThatComeWhileACommitIsUnderWayShareTheNext) {
  constexpr int kCalls = 40;
  engine::Setup setup;
  for (int i = 0; i <= kCalls; ++i) setup.governors.push_back({"g" + std::to_string(i), {}});
  setup.healing.max_concurrent = kCalls + 1;
  std::promise<void> under_way;
  std::promise<void> done;
  std::atomic<int> commits = 0;
  store_.setFault([&](store::Operation operation, std::uint64_t) -> std::string {
    if (operation == store::Operation::kCommit && commits++ == 0) {
      under_way.set_value();
      done.get_future().wait();
    }
    return "";
  });
  EngineLoop loop(setup, store_, work_, clock_, log_);
  loop.start();
  const auto ask = [&](int i) {
    return std::async(std::launch::async, [&loop, i] {
      return loop.call(
          engine::RequestPermit{"g" + std::to_string(i), std::chrono::minutes(1), "", "test"});
    });
  };
  std::vector<std::future<Result<engine::Reply>>> asked;
  asked.push_back(ask(0));
  under_way.get_future().wait();
  for (int i = 1; i <= kCalls; ++i) asked.push_back(ask(i));
  ASSERT_TRUE(eventually([&] { return loop.queueLength() == kCalls; }));
  done.set_value();
  for (auto& reply : asked) EXPECT_TRUE(reply.get()->permit);
  EXPECT_EQ(commits, 2);
  EXPECT_EQ(loop.snapshot()->permits.size(), std::size_t{kCalls + 1});
  loop.stop();
}

TEST_F(LoopTest, ACursorIsKeptWithoutTheEngineAndTheReasonToldWhenItIsNot) {
  std::atomic<bool> broken = false;
  store_.setFault([&](store::Operation operation, std::uint64_t) {
    return std::string(broken && operation == store::Operation::kCommit ? "disk full" : "");
  });
  loop_.start();
  const auto keep = [this] {
    std::promise<std::string> kept;
    loop_.moveCursor("receiver/ops", 7, [&](const std::string& error) { kept.set_value(error); });
    return kept.get_future().get();
  };
  EXPECT_EQ(keep(), "");
  broken = true;
  EXPECT_EQ(keep(), "disk full");
  broken = false;
  EXPECT_EQ(keep(), "");
  loop_.stop();
}

}  // namespace
}  // namespace heald::runtime
