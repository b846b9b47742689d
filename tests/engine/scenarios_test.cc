// The eight scenarios of the design at their original times, in virtual time. The same eight run
// against the real daemon in tests/e2e/scenarios.cc.
#include <gtest/gtest.h>

#include <set>

#include "support/setups.h"
#include "support/world.h"

namespace heald::engine {
namespace {

using core::BreakerState;
using core::CheckStatus;
using core::Health;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using test::World;

// A key that a check looks for every 30 s, and a remedy that restores it from a vault, which may be
// empty.
class Scenarios : public testing::Test {
 protected:
  static engine::Setup keyAndVault() {
    engine::Setup setup = test::oneRemedy();
    setup.checks[0].name = "api-key";
    setup.checks[0].interval = seconds(30);
    setup.remedies[0].name = "restore-api-key";
    setup.remedies[0].check = "api-key";
    setup.remedies[0].governor = "self-healing-main";
    setup.governors[0].name = "self-healing-main";
    return setup;
  }

  Scenarios() : world_(keyAndVault()) {
    world_.checks["api-key"] = [this] { return key_ ? CheckStatus::kOk : CheckStatus::kCritical; };
    world_.remedies["restore-api-key"] = [this](const StartAction&) {
      key_ = vault_;
      return World::Act{vault_ ? ActionOutcome::kOk : ActionOutcome::kFailed};
    };
    world_.runUntil(minutes(1));
  }

  GovernorView main() const { return world_.governor("self-healing-main"); }
  BreakerState breaker() const { return main().state.breaker.reads(world_.now().boot); }

  void removeTheKey() {
    key_ = false;
    removed_at_ = minutes(1) + seconds(30);  // when the next check finds it
    world_.runUntil(removed_at_);
  }
  // Until the attempt has ended that starts so long after the removal is seen.
  void runPast(core::Duration after) { world_.runUntil(removed_at_ + after + milliseconds(1)); }
  void runUntilDormant() {
    removeTheKey();
    runPast(seconds(1895));
  }
  void recover() {
    vault_ = true;
    world_.send(Resume{"self-healing-main", "the vault has a key again", "a test"});
    world_.runFor(minutes(1));
  }

  bool key_ = true;
  bool vault_ = false;
  core::Duration removed_at_{};
  World world_;
};

TEST_F(Scenarios, OneItStartsHealthy) {
  EXPECT_EQ(world_.check("api-key").health, Health::kHealthy);
  EXPECT_FALSE(main().state.dormant());
  EXPECT_EQ(main().state.consecutive_failures, 0);
  EXPECT_EQ(main().backoff, seconds(5));
  EXPECT_EQ(breaker(), BreakerState::kClosed);
}

TEST_F(Scenarios, TwoTheKeyIsRemovedAndTheFailureIsSeen) {
  removeTheKey();
  EXPECT_EQ(world_.check("api-key").health, Health::kUnhealthy);
  EXPECT_EQ(world_.starts.size(), 1u);
  EXPECT_EQ(main().state.consecutive_failures, 1);
}

TEST_F(Scenarios, ThreeBackoffGrowsOverFiveConsecutiveFailures) {
  removeTheKey();
  constexpr int kMoments[] = {0, 5, 15, 75, 135};
  constexpr int kBackoff[] = {5, 10, 20, 40, 80};
  for (int n = 1; n <= 5; ++n) {
    runPast(seconds(kMoments[n - 1]));
    EXPECT_EQ(main().state.consecutive_failures, n);
    EXPECT_EQ(main().backoff, seconds(kBackoff[n - 1]));
  }
}

TEST_F(Scenarios, FourTheTenthFailureEntersDormantMode) {
  removeTheKey();
  runPast(seconds(1894));
  EXPECT_EQ(main().state.consecutive_failures, 9);
  EXPECT_FALSE(main().state.dormant());
  runPast(seconds(1895));
  ASSERT_TRUE(main().state.dormant());
  EXPECT_EQ(main().state.dormancy->reason, "Exceeded max failures");
  EXPECT_EQ(main().state.dormancy->triggered_by, core::TriggeredBy::kAutomatic);
  runPast(hours(24 * 30));
  EXPECT_EQ(world_.starts.size(), 10u);
}

TEST_F(Scenarios, FiveTheBreakerIsPermanentlyOpen) {
  runUntilDormant();
  EXPECT_EQ(breaker(), BreakerState::kPermanentOpen);
  const Output refused = world_.send(Reset{"self-healing-main", false, "a test"});
  EXPECT_EQ(refused.reply->error().code, ErrorCode::kConflict);
  EXPECT_EQ(breaker(), BreakerState::kPermanentOpen);
}

TEST_F(Scenarios, SixNoBackgroundTaskIsThereTwice) {
  runUntilDormant();
  world_.send(RegisterTask{"process-monitoring", TaskKind::kInterval, minutes(1), true, true});
  std::set<std::string> ids;
  const auto tasks = world_.snapshot().tasks;
  for (const TaskView& task : tasks) ids.insert(task.id);
  EXPECT_EQ(tasks.size(), 3u);
  EXPECT_EQ(ids, (std::set<std::string>{"auto-detection-monitoring", "process-monitoring",
                                        "self-healing-preventive"}));
}

TEST_F(Scenarios, SevenAfterManualRecoveryItWorksAgain) {
  runUntilDormant();
  vault_ = true;
  world_.runFor(hours(1));
  EXPECT_EQ(world_.starts.size(), 10u) << "nothing happens without a human";
  recover();
  EXPECT_EQ(world_.starts.size(), 11u);
  EXPECT_TRUE(key_);
  EXPECT_FALSE(main().state.dormant());
  EXPECT_EQ(main().state.totals.successes, 1u);
  EXPECT_EQ(world_.check("api-key").health, Health::kHealthy);
}

TEST_F(Scenarios, EightTheBackoffIsBackAtItsBase) {
  runUntilDormant();
  EXPECT_EQ(main().backoff, minutes(10));
  recover();
  EXPECT_EQ(main().backoff, seconds(5));
  EXPECT_EQ(main().state.consecutive_failures, 0);
  EXPECT_EQ(breaker(), BreakerState::kClosed);
}

}  // namespace
}  // namespace heald::engine
