#include "simulation/foresight.h"

#include <gmock/gmock.h>

#include "simulation/driver.h"
#include "simulation/player.h"

namespace heald::simulation {
namespace {

using core::BreakerState;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class Foresee : public testing::Test {
 protected:
  Foresee() {
    engine::CheckSpec& spec = setup_.checks.emplace_back();
    spec.name = "web";
    spec.interval = seconds(30);
    spec.follows_cycle = false;
    spec.unhealthy_after = 2;
    addRemedy("heal", "web", "main");
    setup_.remedies.back().steps = {0, 3};
    setup_.governors.push_back({"main", {}});
    present_.taken = {core::BootTime(hours(50)), core::WallTime(hours(490'000))};
    present_.max_concurrent = 3;
    engine::GovernorView governor;
    governor.name = "main";
    present_.governors.push_back(governor);
    engine::CheckView check;
    check.name = "web";
    check.health = core::Health::kUnhealthy;
    check.status = core::CheckStatus::kCritical;
    present_.checks.push_back(check);
    engine::RemedyView remedy;
    remedy.name = "heal";
    present_.remedies.push_back(remedy);
  }

  void addRemedy(const std::string& name, const std::string& check, const std::string& governor) {
    engine::RemedySpec& spec = setup_.remedies.emplace_back();
    spec.name = name;
    spec.check = check;
    spec.governor = governor;
    spec.verify = {seconds(1), seconds(2)};
  }
  core::GovernorState& state() { return present_.governors.front().state; }
  void becomesDormant() {
    state().dormancy = core::DormancyRecord{"Exceeded max failures", {}, {}, {}};
    state().breaker.state = BreakerState::kPermanentOpen;
    state().breaker.failures = state().consecutive_failures = 10;
  }
  Foresight ask(Question question) const { return foresee(setup_, present_, question); }

  engine::Setup setup_;
  engine::Snapshot present_;
};

TEST_F(Foresee, GoesOnFromThePresentStateToWhereItStops) {
  state().consecutive_failures = state().breaker.failures = 8;
  state().totals = {8, 0, 8};
  state().breaker.openUntil(present_.taken.boot + minutes(2));
  state().next_allowed_at = present_.taken.boot + minutes(5);
  const Record record = ask({"main", hours(1)}).record;
  ASSERT_EQ(record.attempts.size(), 2u);
  EXPECT_EQ(record.attempts[0].attempt, 9u);
  EXPECT_EQ(record.attempts[0].started, minutes(5));
  EXPECT_TRUE(record.governors.back().dormant);
  EXPECT_TRUE(record.complete);
}

TEST_F(Foresee, TriesNothingUnderOneThatIsDormant) {
  becomesDormant();
  EXPECT_TRUE(ask({"main", hours(3)}).record.attempts.empty());
}

TEST_F(Foresee, LetsOneTrialThroughAfterAResumeThatComesTooSoon) {
  becomesDormant();
  const Foresight found =
      ask({.governor = "main", .lasts = minutes(1), .first = Question::First::kResume});
  EXPECT_EQ(found.refused, "");
  ASSERT_EQ(found.record.attempts.size(), 1u);
  EXPECT_FALSE(found.record.attempts[0].ok);
  EXPECT_EQ(found.record.governors.back().breaker, BreakerState::kOpen);
}

TEST_F(Foresee, HealsWhenTheAttemptDoes) {
  becomesDormant();
  const Foresight found = ask({"main", hours(1), true, Question::First::kResume});
  ASSERT_EQ(found.record.attempts.size(), 1u);
  EXPECT_TRUE(found.record.attempts[0].ok);
  EXPECT_EQ(found.record.healths.back().health, "healthy");
}

TEST_F(Foresee, SaysWhyAHumanWouldBeRefused) {
  EXPECT_THAT(ask({.governor = "main", .first = Question::First::kResume}).refused,
              testing::HasSubstr("dormant"));
}

TEST_F(Foresee, KeepsAPauseAKillSwitchAndTheStepOfTheIncident) {
  engine::RemedyView& remedy = present_.remedies.front();
  remedy.incident_step = 2;
  remedy.incident_failures = 3;
  EXPECT_EQ(ask({"main", minutes(1)}).record.attempts.front().step, 2);
  remedy.pause = engine::Pause{present_.taken.boot + minutes(30), {}, "moving", "alice"};
  const Record paused = ask({"main", hours(1)}).record;
  ASSERT_FALSE(paused.attempts.empty());
  EXPECT_GE(paused.attempts.front().started, minutes(30));
  present_.features.restoreOverride(core::Feature::kAutoHealing, false, present_.taken.wall);
  EXPECT_TRUE(ask({"main", hours(1)}).record.attempts.empty());
}

TEST_F(Foresee, MakesWhatIsHealthyFailWhereNothingElseDoes) {
  present_.checks.front().health = core::Health::kHealthy;
  present_.checks.front().status = core::CheckStatus::kOk;
  const Record record = ask({"main", hours(2)}).record;
  EXPECT_EQ(record.attempts.size(), 10u);
  EXPECT_EQ(record.attempts.front().started, seconds(30));  // the second bad result
}

TEST_F(Foresee, EndsEarlyRatherThanWorkingForLong) {
  setup_.checks.front().interval = core::Duration(std::chrono::milliseconds(100));
  const Record record = ask({"main", hours(24 * 7)}).record;
  EXPECT_FALSE(record.complete);
  EXPECT_LE(record.steps, kMostForesightSteps + 1);
  EXPECT_LT(record.run_for, hours(24 * 7));
}

TEST_F(Foresee, LeavesOutWhatDoesNotBelongToTheGovernor) {
  for (int i = 0; i < 5000; ++i) {
    const std::string name = "other" + std::to_string(i);
    setup_.checks.emplace_back().name = name;
    addRemedy(name, name, name);
    setup_.governors.push_back({name, {}});
  }
  const Record record = ask({"main", hours(2)}).record;
  EXPECT_EQ(record.attempts.size(), 10u);
  EXPECT_LT(record.steps, 2000u);
}

}  // namespace
}  // namespace heald::simulation
