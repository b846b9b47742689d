// What alerts are heard and not yet acted upon, with the parts that it tells and no engine around
// it; alerts_test.cc has that.
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/alert_intake.h"
#include "engine/pauses.h"
#include "engine/preventive_runs.h"

namespace heald::engine {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

core::Now inIntake(core::Duration since) {
  return {core::BootTime(hours(1)) + since, core::WallTime(hours(490'000)) + since};
}

// One remedy, for alerts with the name Down, and one target of it at a time.
struct Door {
  explicit Door(const std::string& target = "") {
    roster.clear(0);
    Remedy remedy;
    remedy.spec.name = "restart";
    remedy.spec.governor = "main";
    remedy.spec.alert.matchers = {{"alertname", "Down"}};
    remedy.spec.alert.target = target;
    remedy.spec.alert.max_targets = 1;
    intake.learn(0, remedy.spec.alert);
    roster.add(remedy);
  }
  Reply hears(const std::string& name, bool firing, core::Duration since = {},
              const std::string& target = "") {
    Step step{inIntake(since), out};
    Alert alert{name + target, inIntake({}).wall, firing, {{"alertname", name}}};
    if (!target.empty()) alert.labels.push_back({"instance", target});
    return *intake.hear({{alert}, "Alertmanager"}, step);
  }
  void commits(core::Duration since = {}) {
    Step step{inIntake(since), out};
    episodes.book().keep(step.now);
    intake.recorded(step);
  }
  std::uint64_t dropped(DropReason reason) const {
    return figures.dropped[static_cast<std::size_t>(reason)];
  }

  HealingPolicy policy;
  AlertmanagerPolicy alertmanager;
  core::FeatureFlags features;
  Pauses pauses;
  Detection detection{DetectionPolicy{}, {}};
  Governors governors{std::vector<GovernorSpec>{{"main", {}}}};
  Episodes episodes;
  Incidents incidents;
  Roster roster;
  Runs runs;
  HealingFigures figures;
  PreventiveRuns preventive;
  Slots slots{policy, governors};
  Approvals approvals;
  Escalation escalation{incidents, episodes, detection.checks(), governors};
  OuterGuards guards{policy, features, governors, slots, detection.checks(), escalation, approvals};
  SustainedHealth health{roster, governors, episodes.lines(), detection.checks()};
  Turns turns{roster, slots, health};
  Targets targets{roster, governors, episodes};
  Totals totals{roster, governors, escalation};
  HeldBack held_back{roster, turns, pauses, detection.checks()};
  Attempts attempts{{roster, turns, runs, governors, episodes, escalation, totals, guards,
                     approvals, preventive, figures}};
  FleetAsks fleet{roster, turns, runs};
  Wants wants{{roster, turns, slots, held_back, guards, attempts, fleet, governors, episodes,
               detection, figures}};
  AlertEpisodes alert_episodes{
      {roster, turns, governors, episodes, targets, wants, alertmanager, figures}};
  AlertIntake intake{
      {roster, turns, episodes, alert_episodes, targets, attempts, wants, alertmanager, figures}};
  Output out;
};

TEST(AlertIntakeAlone, AnAlertIsActedUponWhenItIsOnRecordAndNotBefore) {
  Door door;
  (void)door.hears("Down", true);
  EXPECT_EQ(door.roster[0].attempt.number, 0u);
  EXPECT_FALSE(door.governors.proposed());
  door.commits();
  EXPECT_EQ(door.roster[0].attempt.number, 1u);
  EXPECT_TRUE(door.governors.proposed());
}

TEST(AlertIntakeAlone, WhatTheStoreDidNotTakeIsNotActedUpon) {
  Door door;
  (void)door.hears("Down", true);
  door.episodes.book().undo(inIntake({}));
  door.intake.refused();
  door.commits();
  EXPECT_EQ(door.roster[0].attempt.number, 0u);
  EXPECT_FALSE(door.governors.proposed());
}

TEST(AlertIntakeAlone, WhatNoRemedyMatchesIsCountedAndForgotten) {
  Door door;
  const Reply reply = door.hears("Slow", true);
  EXPECT_NE(reply.message.find("1 that no remedy matches"), std::string::npos) << reply.message;
  EXPECT_EQ(door.dropped(DropReason::kUnmatched), 1u);
  EXPECT_EQ(door.episodes.book().size(), 0u);
}

TEST(AlertIntakeAlone, ARepetitionIsNoNewsAndNoProposal) {
  Door door;
  (void)door.hears("Down", true);
  door.commits();
  door.episodes.book().keep(inIntake({}));  // that it has an attempt
  const Reply again = door.hears("Down", true, seconds(1));
  EXPECT_NE(again.message.find("1 known already"), std::string::npos) << again.message;
  EXPECT_EQ(door.dropped(DropReason::kDuplicate), 1u);
  EXPECT_FALSE(door.episodes.book().proposed());
}

TEST(AlertIntakeAlone, AnAlertThatIsResolvedWhileItWaitsIsNotHealed) {
  Door door;
  core::GovernorState state;
  state.consecutive_failures = 1;
  state.next_allowed_at = inIntake(hours(1)).boot;
  door.governors.load(0, state);
  (void)door.hears("Down", true);
  door.commits();
  ASSERT_EQ(door.roster[0].attempt.phase, Phase::kWaiting);
  (void)door.hears("Down", false, seconds(1));
  door.commits(seconds(1));
  EXPECT_EQ(door.roster[0].attempt.phase, Phase::kIdle);
  EXPECT_EQ(door.out.notes.back().message, "attempt skipped: the alert is resolved");
}

TEST(AlertIntakeAlone, ATargetWithoutAPlaceIsRejectedAndToldOnceAnHour) {
  Door door("instance");
  (void)door.hears("Down", true, {}, "a");
  door.commits();
  for (int i = 1; i < 4; ++i) (void)door.hears("Down", true, seconds(i), "b");
  EXPECT_EQ(door.figures.alerts_rejected[static_cast<std::size_t>(AlertRejection::kTargets)], 3u);
  const auto rejected = std::count_if(door.out.remarks.begin(), door.out.remarks.end(),
                                      [](const HistoryEntry& e) { return e.event == "rejected"; });
  EXPECT_EQ(rejected, 1);
}

}  // namespace
}  // namespace heald::engine
