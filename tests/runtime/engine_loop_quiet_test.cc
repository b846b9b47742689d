#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "runtime/loop_fixture.h"

namespace heald::runtime {
namespace {

using test::eventually;

// Its time passes when the test says so.
class SetClock : public Clock {
 public:
  core::Now now() const override {
    const core::Duration passed(passed_.load());
    return {core::BootTime{} + std::chrono::hours(5) + passed,
            core::WallTime{} + std::chrono::hours(400'000) + passed};
  }
  void pass(core::Duration time) { passed_ += time.count(); }

 private:
  std::atomic<std::int64_t> passed_{0};
};

class QuietLoopTest : public testing::Test {
 protected:
  static engine::Setup setup() {
    engine::Setup setup;  // without a check: nothing comes by itself
    setup.governors.push_back({"main", {}});
    return setup;
  }

  QuietLoopTest() : loop_(setup(), store_, work_, clock_, log_) {
    store_.setFault([this](store::Operation operation, std::uint64_t) -> std::string {
      ++asked_;
      if (operation == store::Operation::kProbe) ++probes_;
      return fails_ ? "disk full" : "";
    });
  }
  ~QuietLoopTest() override { loop_.stop(); }

  // It has said that it will sleep for so long,
  bool sleepsFor(core::Duration time) const {
    return eventually([&] {
      const core::Duration left = -loop_.sinceBeat();
      return left <= time && left > time / 2;
    });
  }
  // or that it looks again within a second.
  bool staysAwake() const {
    return eventually([&] {
      const core::Duration left = -loop_.sinceBeat();
      return left > core::Duration{} && left <= EngineLoop::kHeartbeat;
    });
  }
  // Nothing has come since the start, and a probe is due.
  void rest() {
    loop_.start();
    clock_.pass(EngineLoop::kProbeStore);
    loop_.askStore();
    ASSERT_TRUE(eventually([&] { return probes_ == 1; }));
  }

  store::MemoryStore store_;
  std::atomic<bool> fails_ = false;
  std::atomic<int> asked_ = 0;
  std::atomic<int> probes_ = 0;  // of these
  FakeWork work_;
  SetClock clock_;
  io::Log log_{io::LogFormat::kLogfmt, static_cast<io::LogLevel>(4)};  // above all: silent
  EngineLoop loop_;
};

TEST_F(QuietLoopTest, AStoreThatIsWellIsProbedOnceAMinuteWhileNothingComes) {
  rest();
  EXPECT_TRUE(sleepsFor(EngineLoop::kProbeQuiet));
}

TEST_F(QuietLoopTest, WhatComesAfterARestHasTheStoreProbedWithinTenSeconds) {
  rest();
  ASSERT_TRUE(sleepsFor(EngineLoop::kProbeQuiet));
  EXPECT_TRUE(loop_.call(engine::EnterDormant{"main", "a test", "a test"}));
  ASSERT_TRUE(staysAwake());
  EXPECT_EQ(probes_, 1);
  clock_.pass(EngineLoop::kProbeStore);
  EXPECT_TRUE(eventually([&] { return probes_ == 2; }));
}

TEST_F(QuietLoopTest, TheFirstCommitAfterARestNoticesAStoreThatIsAway) {
  rest();
  ASSERT_TRUE(sleepsFor(EngineLoop::kProbeQuiet));
  fails_ = true;
  const auto refused = loop_.call(engine::EnterDormant{"main", "a test", "a test"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE(loop_.snapshot()->store_up);
}

TEST_F(QuietLoopTest, AStoreThatFailsIsAskedEachSecondHoweverQuietItIs) {
  rest();
  ASSERT_TRUE(sleepsFor(EngineLoop::kProbeQuiet));
  fails_ = true;
  loop_.askStore();
  ASSERT_TRUE(eventually([&] { return probes_ == 2; }));
  EXPECT_TRUE(staysAwake());
  clock_.pass(EngineLoop::kRetryStore);
  EXPECT_TRUE(eventually([&] { return probes_ == 3; }));
}

TEST_F(QuietLoopTest, AReplicaIsNeverQuiet) {
  loop_.onStandby([] { return std::string(); });
  rest();
  EXPECT_TRUE(staysAwake());
  EXPECT_EQ(probes_, 1);
  clock_.pass(EngineLoop::kProbeStore);
  EXPECT_TRUE(eventually([&] { return probes_ == 2; }));
}

TEST_F(QuietLoopTest, AReplicaThatCannotReadItsStateAsksOftenOnlyAtFirst) {
  fails_ = true;
  loop_.onStandby([] { return std::string(); });
  loop_.start();
  loop_.askStore();
  ASSERT_TRUE(eventually([&] { return asked_ == 2; }));
  clock_.pass(EngineLoop::kHurry);
  EXPECT_TRUE(sleepsFor(EngineLoop::kRetryStore));
}

TEST_F(QuietLoopTest, AReplicaThatStandsByAsksOnlyEachSecond) {
  fails_ = true;
  loop_.onStandby([] { return std::string("b leads"); });
  loop_.start();
  EXPECT_EQ(loop_.snapshot()->standby, "b leads");
  loop_.askStore();
  ASSERT_TRUE(eventually([&] { return asked_ == 2; }));
  clock_.pass(EngineLoop::kRetryStore);
  ASSERT_TRUE(eventually([&] { return asked_ == 3; }));
  EXPECT_TRUE(sleepsFor(EngineLoop::kRetryStore));
}

}  // namespace
}  // namespace heald::runtime
