#include "engine/advice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "engine/still_in_the_way.h"
#include "support/setups.h"
#include "support/world.h"

namespace heald::engine {
namespace {

using core::CheckStatus;
using std::chrono::hours;
using std::chrono::seconds;
using test::World;

bool has(const std::vector<Issue>& issues, const std::string& reason) {
  return std::any_of(issues.begin(), issues.end(),
                     [&](const Issue& issue) { return issue.reason == reason; });
}

std::string commandFor(const std::vector<Recommendation>& advice, const std::string& reason) {
  for (const Recommendation& recommendation : advice) {
    if (recommendation.reason == reason) {
      return recommendation.command;
    }
  }
  return "";
}

const core::Now kRead{core::BootTime(hours(100)), core::WallTime(hours(490'000))};

// "severity governor reason: message", one for each.
std::vector<std::string> linesOf(const std::vector<Issue>& issues) {
  std::vector<std::string> lines;
  for (const Issue& issue : issues) {
    lines.push_back(std::string(toString(issue.severity)) + " " + issue.governor + " " +
                    issue.reason + ": " + issue.message);
  }
  return lines;
}

// "governor reason: message | command", one for each.
std::vector<std::string> linesOf(const std::vector<Recommendation>& advice) {
  std::vector<std::string> lines;
  for (const Recommendation& one : advice) {
    lines.push_back(one.governor + " " + one.reason + ": " + one.message + " | " + one.command);
  }
  return lines;
}

using Lines = std::vector<std::string>;

Snapshot withGovernor(const core::GovernorState& state) {
  Snapshot s;
  s.taken = kRead;
  s.governors.emplace_back().name = "main";
  s.governors[0].state = state;
  return s;
}

TEST(Advice, AHealthyEngineHasNothingToSay) {
  World world(test::oneRemedy());
  world.runUntil(seconds(10));
  EXPECT_TRUE(issues(world.snapshot(), world.now()).empty());
  EXPECT_TRUE(recommendations(world.snapshot(), world.now()).empty());
  EXPECT_EQ(overallStatus(world.snapshot(), world.now()), Overall::kHealthy);
}

TEST(Advice, AWaitIsToldInWholeSecondsAsLongAsThereAreAny) {
  core::GovernorState state;
  state.breaker.state = core::BreakerState::kOpen;
  state.breaker.failures = 3;
  state.breaker.open_until = kRead.boot + std::chrono::milliseconds(7001);
  EXPECT_THAT(issues(withGovernor(state), kRead)[0].message,
              testing::HasSubstr("is OPEN for another 8s after 3 failures"));
  state.breaker.open_until = kRead.boot + std::chrono::milliseconds(40);
  EXPECT_THAT(issues(withGovernor(state), kRead)[0].message,
              testing::HasSubstr("is OPEN for another 40ms after 3 failures"));
}

TEST(Advice, ADormantGovernorIsNamedWithItsReasonAndTheCommandThatHelps) {
  World world(test::oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(hours(1));
  const auto found = issues(world.snapshot(), world.now());
  ASSERT_TRUE(has(found, "dormant"));
  EXPECT_EQ(found[0].governor, "main");
  EXPECT_NE(found[0].message.find("Exceeded max failures"), std::string::npos);
  EXPECT_NE(found[0].message.find("PERMANENT_OPEN"), std::string::npos);
  EXPECT_EQ(commandFor(recommendations(world.snapshot(), world.now()), "dormant"),
            "healdctl resume main --reason \"<what was fixed>\"");
  EXPECT_EQ(overallStatus(world.snapshot(), world.now()), Overall::kDormant);
}

// Its target is a label's value, which whoever raises the alert has chosen.
TEST(Advice, ANameInACommandIsQuotedForTheShell) {
  core::GovernorState state;
  state.dormancy = core::DormancyRecord{"no luck", {}, {}, {}};
  Snapshot s = withGovernor(state);
  s.governors[0].name = "fix@a; reboot";
  const std::string resume = "healdctl resume 'fix@a; reboot' --reason \"<what was fixed>\"";
  EXPECT_EQ(commandFor(recommendations(s, kRead), "dormant"), resume);
  const auto all = stillInTheWay(s, s.governors[0], kRead);
  EXPECT_TRUE(std::any_of(all.begin(), all.end(),
                          [&](const InTheWay& each) { return each.command == resume; }));
}

TEST(Advice, AnOpenBreakerSaysForHowLongAndHowToEndTheWait) {
  World world(test::oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(20));
  EXPECT_TRUE(has(issues(world.snapshot(), world.now()), "breaker_open"));
  EXPECT_EQ(commandFor(recommendations(world.snapshot(), world.now()), "breaker_open"),
            "healdctl retry main --reason \"<what was fixed>\"");
  EXPECT_EQ(overallStatus(world.snapshot(), world.now()), Overall::kDegraded);
  // Its deadline passes between snapshot and question: it reads as HALF_OPEN at once.
  core::Now later = world.now();
  later.boot += hours(1);
  EXPECT_FALSE(has(issues(world.snapshot(), later), "breaker_open"));
  EXPECT_TRUE(has(issues(world.snapshot(), later), "half_open"));
}

TEST(Advice, DormancyIsAnnouncedBeforeItComes) {
  World world(test::oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(300));
  EXPECT_FALSE(has(issues(world.snapshot(), world.now()), "approaching_dormancy"));
  world.runUntil(seconds(400));
  EXPECT_TRUE(has(issues(world.snapshot(), world.now()), "approaching_dormancy"));
}

TEST(Advice, ASwitchedOffFeatureIsSaidAndHowToSwitchItOnWhereThatWouldHelp) {
  engine::Setup setup = test::oneRemedy();
  setup.features.setEnvironment(core::Feature::kPreventiveHealing, false);
  World world(setup);
  world.send(SetFlag{core::Feature::kAutoHealing, false, "test", "test"});
  const auto advice = recommendations(world.snapshot(), world.now());
  EXPECT_EQ(overallStatus(world.snapshot(), world.now()), Overall::kDisabled);
  EXPECT_EQ(commandFor(advice, "feature_flag"), "healdctl flag auto_healing on --reason \"<why>\"");
  EXPECT_EQ(advice.size(), 1u) << "no command can undo the environment";
  EXPECT_EQ(issues(world.snapshot(), world.now()).size(), 3u);
}

TEST(Advice, AStoreThatIsDownAndAnUnknownCheckAreIssues) {
  World world(test::oneRemedy());
  world.setCheck("service", CheckStatus::kUnknown);
  world.store_error = "disk full";
  world.send(EnterDormant{"main", "x", "test"});
  world.runUntil(seconds(6));
  const auto found = issues(world.snapshot(), world.now());
  EXPECT_TRUE(has(found, "store_unavailable"));
  EXPECT_TRUE(has(found, "check_unknown"));
}

TEST(Advice, SaysNothingOfGovernorsWhoseStateWasNeverRead) {
  engine::Engine engine(test::oneRemedy(), std::nullopt, core::Now{});
  const Snapshot s = engine.snapshot(core::Now{});
  EXPECT_TRUE(has(issues(s, core::Now{}), "store_unavailable"));
  EXPECT_FALSE(has(issues(s, core::Now{}), "dormant"));
  EXPECT_EQ(commandFor(recommendations(s, core::Now{}), "store_unavailable"), "healdctl status");
  EXPECT_EQ(recommendations(s, core::Now{}).size(), 1u) << "no resume could be recorded";
}

TEST(Advice, NoResumeIsProposedWhileItCouldNotBeRecorded) {
  World world(test::oneRemedy());
  world.send(EnterDormant{"main", "x", "test"});
  EXPECT_NE(commandFor(recommendations(world.snapshot(), world.now()), "dormant"), "");
  world.store_error = "disk full";
  world.runFor(seconds(60));
  EXPECT_TRUE(has(issues(world.snapshot(), world.now()), "dormant"));
  EXPECT_EQ(commandFor(recommendations(world.snapshot(), world.now()), "dormant"), "");
}

TEST(Advice, DormancyIsToldWithItsMomentAndWhatAResumeDoes) {
  core::GovernorState state;
  state.dormancy = core::DormancyRecord{"moving the disk", kRead.wall - hours(1), {}, {}};
  Snapshot s = withGovernor(state);
  EXPECT_EQ(linesOf(issues(s, kRead)),
            Lines{"critical main dormant: governor main is dormant since "
                  "2025-11-24T15:00:00.000Z: moving the disk"});
  EXPECT_EQ(linesOf(recommendations(s, kRead)),
            Lines{"main dormant: find and fix the cause (moving the disk), then resume | "
                  "healdctl resume main --reason \"<what was fixed>\""});
  s.governors[0].state.breaker.openPermanently();
  EXPECT_EQ(linesOf(issues(s, kRead)),
            Lines{"critical main dormant: governor main is dormant since "
                  "2025-11-24T15:00:00.000Z: moving the disk; its circuit breaker is "
                  "PERMANENT_OPEN"});
  EXPECT_EQ(linesOf(recommendations(s, kRead)),
            Lines{"main dormant: find and fix the cause (moving the disk), then resume; one "
                  "attempt is let through on trial | healdctl resume main --reason \"<what was "
                  "fixed>\""});
}

TEST(Advice, TheCauseOfADormancyIsToldByHowTheLastAttemptsEnded) {
  core::GovernorState state;
  state.dormancy = core::DormancyRecord{"Exceeded max failures", kRead.wall, {}, {}};
  Snapshot s = withGovernor(state);
  const auto add = [&](const char* name, const char* governor, const char* result) {
    RemedyView& remedy = s.remedies.emplace_back();
    remedy.name = name;
    remedy.governor = governor;
    remedy.last_result = result;
  };
  add("restart", "main", "error: exit code 1");
  add("healed", "main", "ok");
  add("never tried", "main", "");
  add("another's", "another", "error: exit code 2");
  add("of targets", "main", "error: exit code 3");
  s.remedies.back().target_label = "instance";
  TargetView& target = s.targets.emplace_back();
  target.remedy = "of targets";
  target.governor = "main@a";
  target.last_result = "timeout: 3s";
  EXPECT_EQ(recommendations(s, kRead)[0].message,
            "find and fix the cause (Exceeded max failures; restart: error: exit code 1), then "
            "resume");
  s.remedies[0].last_output = "cannot bind port 4080";
  s.targets[0].last_output = "no route";
  EXPECT_EQ(recommendations(s, kRead, true)[0].message,
            "find and fix the cause (Exceeded max failures; restart: error: exit code 1: cannot "
            "bind port 4080), then resume");
  EXPECT_EQ(recommendations(s, kRead)[0].message,
            "find and fix the cause (Exceeded max failures; restart: error: exit code 1), then "
            "resume")
      << "not for everybody";
  s.governors[0].name = "main@a";
  EXPECT_EQ(recommendations(s, kRead)[0].message,
            "find and fix the cause (Exceeded max failures; of targets: timeout: 3s), then resume");
  s.governors[0].name = "main";
  for (const char* more : {"second", "third", "fourth"}) {
    add(more, "main", "timeout: 1s");
  }
  EXPECT_EQ(recommendations(s, kRead)[0].message,
            "find and fix the cause (Exceeded max failures; restart: error: exit code 1; second: "
            "timeout: 1s; third: timeout: 1s), then resume")
      << "three at most";
}

TEST(Advice, AnOpenBreakerIsToldWithItsFailuresAndAHalfOpenOneHasNoCommand) {
  core::GovernorState state;
  state.breaker.openUntil(kRead.boot + seconds(30));
  state.breaker.failures = 4;
  Snapshot s = withGovernor(state);
  EXPECT_EQ(linesOf(issues(s, kRead)),
            Lines{"warning main breaker_open: the circuit breaker of governor main is OPEN for "
                  "another 30s after 4 failures"});
  EXPECT_EQ(linesOf(recommendations(s, kRead)),
            Lines{"main breaker_open: wait, or close the breaker once the cause is fixed | "
                  "healdctl reset main"});
  s.governors[0].state.breaker.open_until = kRead.boot;
  EXPECT_EQ(linesOf(issues(s, kRead)),
            Lines{"warning main half_open: the circuit breaker of governor main is HALF_OPEN: the "
                  "next attempt decides"});
  EXPECT_TRUE(recommendations(s, kRead).empty());
  EXPECT_EQ(overallStatus(s, kRead), Overall::kDegraded);
}

TEST(Advice, TheLastThreeFailuresBeforeDormancyAreCountedDown) {
  core::GovernorState state;
  const auto told = [&](int failures) {
    state.consecutive_failures = failures;
    return linesOf(issues(withGovernor(state), kRead));
  };
  EXPECT_EQ(told(6), Lines{});
  EXPECT_EQ(told(7), Lines{"warning main approaching_dormancy: governor main goes dormant after 3 "
                           "more failures"});
  EXPECT_EQ(told(9), Lines{"warning main approaching_dormancy: governor main goes dormant after 1 "
                           "more failure"});
  Snapshot strict = withGovernor({});
  strict.governors[0].policy.max_consecutive_failures = 2;
  EXPECT_EQ(linesOf(issues(strict, kRead)), Lines{}) << "none has failed yet";
  strict.governors[0].state.consecutive_failures = 1;
  EXPECT_EQ(issues(strict, kRead).size(), 1u);
  EXPECT_TRUE(recommendations(strict, kRead).empty());
}

TEST(Advice, APauseIsToldOnceUntilItsEndWithTheCommandThatEndsIt) {
  Snapshot s;
  s.taken = kRead;
  const Pause pause{kRead.boot + hours(1), {}, "a deployment", "alice"};
  s.remedies.emplace_back().name = "restart";
  s.remedies[0].pause = pause;
  EXPECT_EQ(linesOf(issues(s, kRead)),
            Lines{"info  paused: remedy restart is paused until 2025-11-24T17:00:00.000Z by "
                  "alice: a deployment"});
  EXPECT_EQ(linesOf(recommendations(s, kRead)),
            Lines{" paused: when the work is done, end the pause of remedy restart | healdctl "
                  "unpause restart"});
  s.pause = pause;
  s.remedies[0].paused_with_all = true;
  EXPECT_EQ(linesOf(issues(s, kRead)),
            Lines{"info  paused: everything is paused until 2025-11-24T17:00:00.000Z by alice: a "
                  "deployment"});
  EXPECT_EQ(linesOf(recommendations(s, kRead)),
            Lines{" paused: when the work is done, end the pause of everything | healdctl unpause "
                  "--all"});
  core::Now then = kRead;
  then.boot = pause.until;
  EXPECT_TRUE(issues(s, then).empty());
  s.remedies[0].paused_with_all = false;
  EXPECT_TRUE(issues(s, then).empty());
}

TEST(Advice, ACheckIsAnIssueWhenItIsUnhealthyOrCannotTell) {
  Snapshot s;
  CheckView& check = s.checks.emplace_back();
  check.name = "queue";
  check.message = "no answer";
  check.status = core::CheckStatus::kUnknown;
  EXPECT_EQ(linesOf(issues(s, kRead)), Lines{"info  check_pending: check queue has no result yet"});
  EXPECT_EQ(overallStatus(s, kRead), Overall::kHealthy);
  check.executions = 1;
  EXPECT_EQ(linesOf(issues(s, kRead)),
            Lines{"warning  check_unknown: check queue cannot tell: no answer"});
  EXPECT_EQ(linesOf(recommendations(s, kRead)),
            Lines{" check_unknown: an unknown result starts nothing: see why check queue cannot "
                  "tell | healdctl run check queue"});
  EXPECT_EQ(overallStatus(s, kRead), Overall::kDegraded);
  check.health = Health::kUnhealthy;
  check.status = core::CheckStatus::kCritical;
  EXPECT_EQ(linesOf(issues(s, kRead)),
            Lines{"warning  check_unhealthy: check queue is unhealthy: no answer"});
  EXPECT_TRUE(recommendations(s, kRead).empty());
  EXPECT_EQ(overallStatus(s, kRead), Overall::kDegraded);
}

TEST(Advice, AStoreThatIsDownIsToldWithItsReason) {
  Snapshot s;
  s.store_up = false;
  s.store_error = "disk full";
  EXPECT_EQ(linesOf(issues(s, kRead)),
            Lines{"critical  store_unavailable: the store is unavailable, so nothing starts: disk "
                  "full"});
  EXPECT_EQ(
      linesOf(recommendations(s, kRead)),
      Lines{" store_unavailable: make the store answer again (a file: disk space, permissions, "
            "locks; etcd: its members, the network, heald's rights); heald notices by itself "
            "| healdctl status"});
  EXPECT_EQ(overallStatus(s, kRead), Overall::kDegraded);
}

TEST(Advice, AStormIsToldAndNoCommandEndsIt) {
  Snapshot s;
  s.storm_brake = true;
  EXPECT_EQ(linesOf(issues(s, kRead)),
            Lines{"critical  storm_brake: too many checks are unhealthy at once, so nothing "
                  "starts: such a failure is systemic"});
  EXPECT_TRUE(recommendations(s, kRead).empty());
  EXPECT_EQ(overallStatus(s, kRead), Overall::kDegraded);
}

TEST(Advice, AFlagIsSwitchedOnByCommandOnlyWhenAHumanSwitchedItOff) {
  Snapshot s;
  (void)s.features.setOverride(core::Feature::kAutoDetection, false, kRead.wall);
  EXPECT_EQ(linesOf(issues(s, kRead)), Lines{"info  feature_flag: auto_detection is switched off"});
  EXPECT_EQ(linesOf(recommendations(s, kRead)),
            Lines{" feature_flag: switch auto_detection on again when it is safe | healdctl flag "
                  "auto_detection on --reason \"<why>\""});
  EXPECT_EQ(overallStatus(s, kRead), Overall::kDisabled) << "nothing is seen, so nothing heals";
  s.features.setConfiguration(core::Feature::kAutoDetection, false);
  EXPECT_EQ(issues(s, kRead).size(), 1u);
  EXPECT_TRUE(recommendations(s, kRead).empty());
}

TEST(Advice, WhatNeedsAHumanMostComesFirst) {
  core::GovernorState dormant;
  dormant.dormancy = core::DormancyRecord{};
  Snapshot s = withGovernor({});
  s.governors.push_back(s.governors[0]);
  EXPECT_EQ(overallStatus(s, kRead), Overall::kHealthy);
  s.governors[0].state.breaker.openUntil(kRead.boot + hours(1));
  EXPECT_EQ(overallStatus(s, kRead), Overall::kDegraded) << "one of two is enough";
  s.features.setEnvironment(core::Feature::kAutoHealing, false);
  EXPECT_EQ(overallStatus(s, kRead), Overall::kDisabled);
  s.governors[1].state = dormant;
  EXPECT_EQ(overallStatus(s, kRead), Overall::kDormant);
}

// Every issue by itself: the word above it is never better than what stands below.
TEST(Advice, TheHeadlineIsTheWorstThatIsBelowIt) {
  struct Case {
    const char* name;
    std::function<void(Snapshot&)> happens;
    Overall overall;
    const char* headline;
  };
  core::GovernorState failing;
  failing.consecutive_failures = 7;
  const Pause pause{kRead.boot + hours(1), {}, "a deployment", "alice"};
  const auto check = [](Snapshot& s, CheckStatus status, Health health) {
    CheckView& view = s.checks.emplace_back();
    view.name = "queue";
    view.message = "no answer";
    view.executions = 1;
    view.status = status;
    view.health = health;
  };
  const Case cases[] = {
      {"nothing", [](Snapshot&) {}, Overall::kHealthy, "everything is quiet"},
      {"a healthy check", [&](Snapshot& s) { check(s, CheckStatus::kOk, Health::kHealthy); },
       Overall::kHealthy, "everything is quiet"},
      {"close to dormant", [&](Snapshot& s) { s.governors[0].state = failing; }, Overall::kDegraded,
       "governor main goes dormant after 3 more failures"},
      {"an unknown check that was healthy",
       [&](Snapshot& s) { check(s, CheckStatus::kUnknown, Health::kHealthy); }, Overall::kDegraded,
       "check queue cannot tell"},
      {"an unhealthy check",
       [&](Snapshot& s) { check(s, CheckStatus::kCritical, Health::kUnhealthy); },
       Overall::kDegraded, "check queue is unhealthy"},
      {"everything is paused", [&](Snapshot& s) { s.pause = pause; }, Overall::kDisabled,
       "everything is paused until 2025-11-24T17:00:00.000Z by alice"},
      {"a remedy is paused",
       [&](Snapshot& s) {
         s.remedies.emplace_back().name = "restart";
         s.remedies[0].pause = pause;
       },
       Overall::kHealthy, "remedy restart is paused until 2025-11-24T17:00:00.000Z by alice"},
      {"an alert fires",
       [](Snapshot& s) {
         s.remedies.emplace_back().name = "restart";
         s.remedies[0].governor = "main";
         s.remedies[0].by_alert = true;
         s.remedies[0].firing = 1;
         s.max_concurrent = 1;
         s.remedies[0].alert = "Down";
       },
       Overall::kDegraded, "alert Down fires"},
      {"a refused reload",
       [](Snapshot& s) {
         s.refused_reload = RefusedReload{kRead.wall, "heald.yml:3:1: no such key\nand\nmore"};
       },
       Overall::kDegraded,
       "the configuration was refused at 2025-11-24T16:00:00.000Z, and the one before goes on"},
      {"switched off, and preventive runs too",
       [](Snapshot& s) {
         s.features.setEnvironment(core::Feature::kPreventiveHealing, false);
         s.features.setEnvironment(core::Feature::kAutoHealing, false);
       },
       Overall::kDisabled, "auto_healing is switched off"},
      {"no preventive runs",
       [](Snapshot& s) { s.features.setEnvironment(core::Feature::kPreventiveHealing, false); },
       Overall::kHealthy, "preventive_healing is switched off"},
      {"a storm, and an unhealthy check",
       [&](Snapshot& s) {
         s.storm_brake = true;
         check(s, CheckStatus::kCritical, Health::kUnhealthy);
       },
       Overall::kDegraded, "too many checks are unhealthy at once, so nothing starts (and 1 more)"},
      {"dormant, without a store, paused",
       [&](Snapshot& s) {
         s.governors[0].state.dormancy = core::DormancyRecord{"why", kRead.wall, {}, {}};
         s.store_up = false;
         s.pause = pause;
       },
       Overall::kDormant, "governor main is dormant since 2025-11-24T16:00:00.000Z (and 1 more)"},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.name);
    Snapshot s = withGovernor({});
    one.happens(s);
    EXPECT_EQ(toString(overallStatus(s, kRead)), toString(one.overall));
    EXPECT_EQ(headline(s, kRead), one.headline);
    const auto found = issues(s, kRead);
    EXPECT_TRUE(std::is_sorted(found.begin(), found.end(), [](const Issue& a, const Issue& b) {
      return a.severity > b.severity;
    }));
  }
}

TEST(Advice, AnUnknownCheckIsNotShownAsHealthy) {
  CheckView check;
  check.health = Health::kHealthy;
  check.status = CheckStatus::kOk;
  EXPECT_EQ(shownHealth(check), Health::kHealthy);
  check.status = CheckStatus::kUnknown;
  EXPECT_EQ(shownHealth(check), Health::kUnknown);
  check.health = Health::kUnhealthy;
  EXPECT_EQ(shownHealth(check), Health::kUnhealthy) << "it was never said to be well again";
}

TEST(Advice, ARefusedReloadIsAnIssueUntilAConfigurationIsTaken) {
  World world(test::oneRemedy());
  world.runUntil(seconds(6));
  world.send(Record{{.kind = HistoryKind::kReload, .event = "refused", .message = "no such key"}});
  world.runUntil(hours(1));
  EXPECT_TRUE(has(issues(world.snapshot(), world.now()), "reload_refused"));
  EXPECT_EQ(commandFor(recommendations(world.snapshot(), world.now()), "reload_refused"),
            "healdctl reload");
  world.reload(test::oneRemedy());
  EXPECT_FALSE(has(issues(world.snapshot(), world.now()), "reload_refused"));
}

TEST(Advice, HasTheFixedWords) {
  EXPECT_EQ(toString(Overall::kHealthy), "healthy");
  EXPECT_EQ(toString(Overall::kDegraded), "degraded");
  EXPECT_EQ(toString(Overall::kDormant), "dormant");
  EXPECT_EQ(toString(Overall::kDisabled), "disabled");
  EXPECT_EQ(toString(Severity::kInfo), "info");
  EXPECT_EQ(toString(Severity::kWarning), "warning");
  EXPECT_EQ(toString(Severity::kCritical), "critical");
}

}  // namespace
}  // namespace heald::engine
