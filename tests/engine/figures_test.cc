// What the engine counts and notes: every figure and every line of the log, with its fields.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/text.h"
#include "support/setups.h"
#include "support/world.h"

namespace heald::engine {
namespace {

using core::BreakerState;
using core::CheckStatus;
using core::Guard;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::manyRemedies;
using test::oneRemedy;
using test::World;

std::uint64_t at(const std::array<std::uint64_t, 4>& counts, EventSource source) {
  return counts[static_cast<std::size_t>(source)];
}
std::uint64_t at(const std::array<std::uint64_t, 4>& counts, DropReason reason) {
  return counts[static_cast<std::size_t>(reason)];
}

std::vector<Note> notesOf(const World& world, const std::string& message) {
  std::vector<Note> found;
  std::copy_if(world.notes.begin(), world.notes.end(), std::back_inserter(found),
               [&](const Note& note) { return note.message == message; });
  return found;
}

std::string field(const Note& note, const std::string& name) {
  for (const auto& [key, value] : note.fields) {
    if (key == name) {
      return value;
    }
  }
  return "(none)";
}

World::ActScript heals(World& world, const std::string& check) {
  return [&world, check](const StartAction&) {
    world.setCheck(check, CheckStatus::kOk);
    return World::Act{ActionOutcome::kOk, "", seconds(3)};
  };
}

TEST(Figures, EventsAreCountedBySource) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].preventive = true;
  World world(setup);
  world.runUntil(seconds(1));
  EXPECT_EQ(world.snapshot().events, (std::array<std::uint64_t, 4>{}));
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(6));
  EXPECT_EQ(at(world.snapshot().events, EventSource::kCheck), 1u);
  world.send(RunRemedyNow{"restart", "a test"});
  EXPECT_EQ(at(world.snapshot().events, EventSource::kApi), 1u);
  world.runUntil(minutes(10));
  EXPECT_EQ(at(world.snapshot().events, EventSource::kPreventive), 1u);
  EXPECT_EQ(at(world.snapshot().events, EventSource::kAlertmanager), 0u);
}

TEST(Figures, AnEventWithoutARemedyIsUnmatched) {
  engine::Setup setup = oneRemedy();
  setup.remedies.clear();
  World world(setup);
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(12));
  EXPECT_EQ(at(world.snapshot().dropped, DropReason::kUnmatched), 3u);
  EXPECT_EQ(at(world.snapshot().events, EventSource::kCheck), 3u);
}

TEST(Figures, AnEventWhileItsRemedyIsUnderWayIsADuplicateOrSuppressed) {
  for (const int max_in_flight : {1, 2}) {
    engine::Setup setup = oneRemedy();
    setup.governors[0].policy.max_in_flight = max_in_flight;
    World world(setup);
    world.setCheck("service", CheckStatus::kCritical);
    world.remedies["restart"] = [](const StartAction&) {
      return World::Act{ActionOutcome::kFailed, "", minutes(1)};
    };
    world.runUntil(seconds(12));
    EXPECT_EQ(world.starts.size(), 1u);
    const auto suppressed = world.governor("main").counters.suppressed;
    EXPECT_EQ(suppressed[static_cast<std::size_t>(Guard::kInFlight)], max_in_flight == 1 ? 2u : 0u);
    EXPECT_EQ(at(world.snapshot().dropped, DropReason::kDuplicate), max_in_flight == 1 ? 0u : 2u);
    const Output asked = world.send(RunRemedyNow{"restart", ""});
    ASSERT_TRUE(asked.reply && !asked.reply->ok());
    EXPECT_EQ(asked.reply->error().message, "remedy \"restart\" may not start now: in_flight");
  }
}

TEST(Figures, APreventiveRunWhileTheRemedyIsBusyIsADuplicate) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].preventive = true;
  setup.governors[0].policy.backoff = {minutes(20), minutes(20)};
  World world(setup);
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(minutes(10));
  EXPECT_EQ(world.remedy("restart").phase, Phase::kWaiting);
  EXPECT_EQ(at(world.snapshot().dropped, DropReason::kDuplicate), 1u);
  EXPECT_EQ(world.snapshot().preventive_runs, 0u);
}

TEST(Figures, PreventiveRunsAndTheirFailuresAreCounted) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].preventive = true;
  setup.remedies[0].check.clear();
  World world(setup);
  world.runUntil(minutes(10));
  EXPECT_EQ(world.snapshot().preventive_runs, 1u);
  EXPECT_EQ(world.snapshot().preventive_failures, 1u);
  world.remedies["restart"] = [](const StartAction&) { return World::Act{ActionOutcome::kOk}; };
  world.runUntil(minutes(20));
  EXPECT_EQ(world.snapshot().preventive_runs, 2u);
  EXPECT_EQ(world.snapshot().preventive_failures, 1u);
  EXPECT_EQ(world.starts[0].reason, "preventive run");
}

TEST(Figures, TheWaitFromEventToAttemptIsOfTheFirstAttemptAlone) {
  World world(oneRemedy());
  world.check_takes = seconds(1);
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(60));
  ASSERT_GE(world.starts.size(), 3u);
  const Histogram wait = world.snapshot().event_wait;
  EXPECT_EQ(wait.count(), 1u);
  EXPECT_DOUBLE_EQ(wait.sumSeconds(), 1.0) << "the check that was run once more";
}

TEST(Figures, AnAttemptsDurationIsUntilItsEnd) {
  World world(oneRemedy());
  world.remedies["restart"] = heals(world, "service");
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(30));
  const RemedyView view = world.remedy("restart");
  EXPECT_EQ(view.duration.count(), 1u);
  EXPECT_DOUBLE_EQ(view.duration.sumSeconds(), 3.0);
  EXPECT_EQ(view.last_result, "ok");
  ASSERT_TRUE(view.last_success);
  EXPECT_EQ(*view.last_success, world.now().wall - (seconds(30) - seconds(3)));
  EXPECT_EQ(view.incident_failures, 0);
  EXPECT_EQ(view.totals.attempts, 1u);
  EXPECT_EQ(view.totals.successes, 1u);
}

TEST(Figures, AnInterruptedAttemptHasNoDuration) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kFailed, "", hours(1)};
  };
  world.runUntil(seconds(1));
  world.crash();
  world.runUntil(seconds(2));
  const RemedyView view = world.remedy("restart");
  EXPECT_EQ(view.duration.count(), 0u);
  EXPECT_EQ(view.last_result, "interrupted: heald ended while it ran");
  EXPECT_EQ(view.totals.failures[static_cast<std::size_t>(FailureReason::kInterrupted)], 1u);
}

TEST(Figures, FailuresAreCountedByReason) {
  const std::pair<World::Act, FailureReason> cases[] = {
      {{ActionOutcome::kFailed}, FailureReason::kError},
      {{ActionOutcome::kTimeout}, FailureReason::kTimeout},
      {{ActionOutcome::kCancelled}, FailureReason::kInterrupted},
      {{ActionOutcome::kOk}, FailureReason::kVerification},
      {{ActionOutcome::kTimeout, "401 Unauthorized"}, FailureReason::kPermanent}};
  for (const auto& [act, reason] : cases) {
    World world(oneRemedy());
    world.setCheck("service", CheckStatus::kCritical);
    world.remedies["restart"] = [act = act](const StartAction&) { return act; };
    world.runUntil(seconds(1));
    const RemedyView view = world.remedy("restart");
    std::array<std::uint64_t, kFailureReasonCount> expected{};
    expected[static_cast<std::size_t>(reason)] = 1;
    EXPECT_EQ(view.totals.failures, expected) << toString(reason);
    EXPECT_EQ(view.last_result.substr(0, toString(reason).size()), toString(reason));
    EXPECT_EQ(view.incident_failures, 1);
  }
}

TEST(Figures, AnAttemptIsNotedWithAllThatItIs) {
  World world(oneRemedy());
  world.messages["service"] = "no answer";
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(1));
  const auto started = notesOf(world, "attempt started");
  ASSERT_EQ(started.size(), 1u);
  EXPECT_EQ(started[0].level, Note::Level::kInfo);
  EXPECT_EQ(field(started[0], "remedy"), "restart");
  EXPECT_EQ(field(started[0], "governor"), "main");
  EXPECT_EQ(field(started[0], "attempt"), "1");
  EXPECT_EQ(field(started[0], "step"), "1");
  EXPECT_EQ(field(started[0], "check"), "service");
  EXPECT_EQ(field(started[0], "reason"), "no answer");
  const auto failed = notesOf(world, "attempt failed");
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_EQ(failed[0].level, Note::Level::kWarn);
  EXPECT_EQ(field(failed[0], "attempt"), "1");
  EXPECT_EQ(field(failed[0], "result"), "error: exit code 1");
  EXPECT_EQ(field(failed[0], "consecutive_failures"), "1");
  EXPECT_EQ(field(failed[0], "backoff"), "5s");
  const auto unhealthy = notesOf(world, "check is unhealthy");
  ASSERT_EQ(unhealthy.size(), 1u);
  EXPECT_EQ(unhealthy[0].level, Note::Level::kWarn);
  EXPECT_EQ(field(unhealthy[0], "check"), "service");
  EXPECT_EQ(field(unhealthy[0], "status"), "critical");
  EXPECT_EQ(field(unhealthy[0], "message"), "no answer");
}

TEST(Figures, ASuccessIsNotedAndTheRecoveryOfItsCheck) {
  World world(oneRemedy());
  world.remedies["restart"] = heals(world, "service");
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(10));
  const auto succeeded = notesOf(world, "attempt succeeded");
  ASSERT_EQ(succeeded.size(), 1u);
  EXPECT_EQ(succeeded[0].level, Note::Level::kInfo);
  EXPECT_EQ(field(succeeded[0], "result"), "ok");
  ASSERT_EQ(notesOf(world, "check is healthy").size(), 1u);
  EXPECT_EQ(notesOf(world, "check is healthy")[0].level, Note::Level::kInfo);
}

TEST(Figures, ADenialIsNotedOnceForEachGuard) {
  engine::Setup setup = oneRemedy();
  setup.governors[0].policy.backoff = {minutes(1), minutes(1)};
  World world(setup);
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(50));
  const auto denied = notesOf(world, "attempt denied");
  ASSERT_EQ(denied.size(), 1u) << "the same guard again is not news";
  EXPECT_EQ(field(denied[0], "remedy"), "restart");
  EXPECT_EQ(field(denied[0], "governor"), "main");
  EXPECT_EQ(field(denied[0], "guard"), "backoff");
  EXPECT_EQ(field(denied[0], "until"), core::toIso8601(world.now().wall + seconds(10)));
  EXPECT_EQ(world.remedy("restart").last_denied_by, Guard::kBackoff);
  world.send(EnterDormant{"main", "maintenance", "alice"});
  world.runUntil(seconds(56));
  const auto dormant = notesOf(world, "attempt denied");
  ASSERT_EQ(dormant.size(), 2u);
  EXPECT_EQ(field(dormant[1], "guard"), "dormant");
  EXPECT_EQ(field(dormant[1], "until"), "(none)");
}

TEST(Figures, AnAttemptThatIsNotNeededIsNotedWithItsReason) {
  World recovered(oneRemedy());
  int run = 0;
  recovered.checks["service"] = [&run] {
    return ++run == 1 ? CheckStatus::kCritical : CheckStatus::kOk;
  };
  recovered.runUntil(seconds(1));
  EXPECT_EQ(notesOf(recovered, "attempt skipped: the check recovered by itself").size(), 1u);
  EXPECT_TRUE(recovered.starts.empty());

  World unsure(oneRemedy());
  int again = 0;
  unsure.checks["service"] = [&again] {
    return ++again == 1 ? CheckStatus::kCritical : CheckStatus::kUnknown;
  };
  unsure.runUntil(seconds(1));
  const auto noted = notesOf(unsure, "attempt skipped: check result unknown");
  ASSERT_EQ(noted.size(), 1u);
  EXPECT_EQ(field(noted[0], "remedy"), "restart");
  EXPECT_EQ(field(noted[0], "check"), "service");
}

TEST(Figures, BreakersAndDormancyAreCountedAndNoted) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(hours(1));
  const GovernorCounters counters = world.governor("main").counters;
  const auto moved = [&](BreakerState from, BreakerState to) {
    return counters.transitions[static_cast<std::size_t>(from)][static_cast<std::size_t>(to)];
  };
  EXPECT_EQ(moved(BreakerState::kClosed, BreakerState::kOpen), 1u);
  EXPECT_EQ(moved(BreakerState::kOpen, BreakerState::kHalfOpen), 7u);
  EXPECT_EQ(moved(BreakerState::kHalfOpen, BreakerState::kOpen), 6u);
  EXPECT_EQ(moved(BreakerState::kHalfOpen, BreakerState::kPermanentOpen), 1u);
  EXPECT_EQ(counters.dormant_entries, (std::array<std::uint64_t, 3>{1, 0, 0}));
  const auto changed = notesOf(world, "circuit breaker changed");
  ASSERT_EQ(changed.size(), 15u);
  EXPECT_EQ(field(changed[0], "from"), "CLOSED");
  EXPECT_EQ(field(changed[0], "to"), "OPEN");
  EXPECT_EQ(field(changed[0], "failures"), "3");
  EXPECT_EQ(field(changed[0], "governor"), "main");
  const auto dormant =
      notesOf(world, "entered dormant mode: no automatic healing until a human resumes it");
  ASSERT_EQ(dormant.size(), 1u);
  EXPECT_EQ(dormant[0].level, Note::Level::kError);
  EXPECT_EQ(field(dormant[0], "reason"), "Exceeded max failures");
  EXPECT_EQ(field(dormant[0], "triggered_by"), "automatic");
  EXPECT_EQ(field(dormant[0], "breaker"), "PERMANENT_OPEN");
}

TEST(Figures, HumanActionsAreCountedAndNotedWithWhoAndWhy) {
  World world(oneRemedy());
  world.send(EnterDormant{"main", "maintenance", "alice"});
  world.send(EnterDormant{"main", "again", "bob"});
  world.send(Resume{"main", "done", "alice"});
  world.send(Reset{"main", false, "bob"});
  world.send(Reset{"main", true, "carol"});
  const GovernorCounters counters = world.governor("main").counters;
  EXPECT_EQ(counters.dormant_entries, (std::array<std::uint64_t, 3>{0, 0, 1}))
      << "one that is dormant enters nothing";
  EXPECT_EQ(counters.resumes, 1u);
  EXPECT_EQ(counters.resets, (std::array<std::uint64_t, 2>{1, 1}));
  const auto resumed = notesOf(world, "human action: resume");
  ASSERT_EQ(resumed.size(), 1u);
  EXPECT_EQ(field(resumed[0], "governor"), "main");
  EXPECT_EQ(field(resumed[0], "reason"), "done");
  EXPECT_EQ(field(resumed[0], "by"), "alice");
  const auto resets = notesOf(world, "human action: reset the circuit breaker");
  ASSERT_EQ(resets.size(), 2u);
  EXPECT_EQ(field(resets[0], "reason"), "");
  EXPECT_EQ(field(resets[1], "reason"), "forced");
  EXPECT_EQ(notesOf(world, "human action: enter dormant mode").size(), 2u);
  world.send(SetFlag{core::Feature::kAutoHealing, false, "deploying", "dave"});
  const auto flag = notesOf(world, "human action: flag switched off");
  ASSERT_EQ(flag.size(), 1u);
  EXPECT_EQ(field(flag[0], "flag"), "auto_healing");
  EXPECT_EQ(field(flag[0], "reason"), "deploying");
  EXPECT_EQ(field(flag[0], "by"), "dave");
}

TEST(Figures, AHumanActionThatIsRefusedIsNeitherCountedNorNotedNorHalfDone) {
  engine::Setup setup = manyRemedies(2);
  World world(setup);
  world.setCheck("c1", CheckStatus::kCritical);
  world.remedies["r1"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kFailed, "unauthorized"};
  };
  world.runUntil(seconds(10));
  ASSERT_EQ(world.governor("r1").state.breaker.state, BreakerState::kPermanentOpen);
  const core::GovernorState before = world.governor("r0").state;
  const Output out = world.send(Reset{"", false, "alice"});
  ASSERT_TRUE(out.reply && !out.reply->ok());
  EXPECT_EQ(out.reply->error().message.rfind("governor \"r1\": the breaker is PERMANENT_OPEN", 0),
            0u);
  EXPECT_EQ(world.governor("r0").state, before) << "all or nothing";
  EXPECT_EQ(world.governor("r0").counters.resets, (std::array<std::uint64_t, 2>{0, 0}));
  world.send(Resume{"r1", "fixed", "alice"});
  EXPECT_TRUE(notesOf(world, "human action: reset the circuit breaker").empty());
  EXPECT_EQ(world.governor("r0").counters.resumes, 0u);
  EXPECT_EQ(world.governor("r1").counters.resumes, 1u);
}

TEST(Figures, AStoreThatFailsIsNotedOnceAndAgainWhenItIsBack) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.store_error = "disk full";
  world.runUntil(seconds(30));
  const auto down =
      notesOf(world, "the store is unavailable: nothing starts until it answers again");
  ASSERT_EQ(down.size(), 1u);
  EXPECT_EQ(down[0].level, Note::Level::kError);
  EXPECT_EQ(field(down[0], "reason"), "disk full");
  EXPECT_FALSE(world.snapshot().store_up);
  EXPECT_EQ(world.snapshot().store_error, "disk full");
  world.store_error.clear();
  world.runUntil(seconds(40));
  EXPECT_EQ(notesOf(world, "the store is available again").size(), 1u);
  EXPECT_TRUE(world.snapshot().store_up);
  EXPECT_EQ(world.snapshot().store_error, "");
  world.store_error = "disk full";
  world.runUntil(minutes(3));
  EXPECT_EQ(
      notesOf(world, "the store is unavailable: nothing starts until it answers again").size(), 2u)
      << "it is news again";
}

TEST(Figures, HealthOnEndIsNotedOnce) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(20));
  world.setCheck("service", CheckStatus::kOk);
  world.runUntil(minutes(30));
  const auto cleared = notesOf(world, "healthy for long enough: the failure counts are cleared");
  ASSERT_EQ(cleared.size(), 1u);
  EXPECT_EQ(field(cleared[0], "governor"), "main");
  EXPECT_EQ(field(cleared[0], "after"), "10m");
}

TEST(Figures, APauseAndAParentAreNotedOnceWhileTheyHold) {
  engine::Setup setup = manyRemedies(2);
  setup.checks[1].depends_on = {"c0"};
  World world(setup);
  world.send(PauseRemedy{"r0", minutes(1), "moving the disk", "alice"});
  world.setCheck("c0", CheckStatus::kCritical);
  world.setCheck("c1", CheckStatus::kCritical);
  world.runUntil(seconds(30));
  const auto paused = notesOf(world, "attempt denied: the remedy is paused");
  ASSERT_EQ(paused.size(), 1u);
  EXPECT_EQ(field(paused[0], "remedy"), "r0");
  EXPECT_EQ(field(paused[0], "reason"), "moving the disk");
  const auto child =
      notesOf(world, "attempt denied: a check that its check depends on is unhealthy");
  ASSERT_EQ(child.size(), 1u);
  EXPECT_EQ(field(child[0], "remedy"), "r1");
  EXPECT_EQ(field(child[0], "check"), "c1");
  EXPECT_EQ(field(child[0], "depends_on"), "c0");
  EXPECT_EQ(world.remedy("r1").blocked_by, "c0");
  EXPECT_EQ(world.remedy("r1").unhealthy_parent, "c0");
  world.setCheck("c0", CheckStatus::kOk);
  world.runUntil(seconds(40));
  EXPECT_EQ(world.remedy("r1").blocked_by, "");
  world.send(PauseRemedy{"r0", minutes(1), "again", "alice"});
  world.setCheck("c0", CheckStatus::kCritical);
  world.runUntil(seconds(70));
  EXPECT_EQ(notesOf(world, "attempt denied: the remedy is paused").size(), 1u)
      << "held all the time";
}

TEST(Figures, AChecksViewTellsItsRuns) {
  World world(oneRemedy());
  world.check_takes = seconds(2);
  world.messages["service"] = "fine";
  world.runUntil(seconds(1));
  EXPECT_TRUE(world.check("service").running);
  EXPECT_EQ(world.check("service").executions, 0u);
  world.runUntil(seconds(3));
  const CheckView first = world.check("service");
  EXPECT_FALSE(first.running);
  EXPECT_EQ(first.executions, 1u);
  EXPECT_EQ(first.failures, 0u);
  EXPECT_EQ(first.message, "fine");
  EXPECT_EQ(first.last_duration, seconds(2));
  EXPECT_EQ(first.last_run, world.now().wall - seconds(1));
  EXPECT_EQ(first.since, first.last_run);
  world.runUntil(seconds(8));
  EXPECT_EQ(world.check("service").since, first.since) << "the same status goes on";
  EXPECT_NE(world.check("service").last_run, first.last_run);
  world.setCheck("service", CheckStatus::kUnknown);
  world.runUntil(seconds(13));
  EXPECT_EQ(world.check("service").failures, 0u) << "not knowing is no failure";
  EXPECT_EQ(world.check("service").health, Health::kHealthy);
  EXPECT_NE(world.check("service").since, first.since);
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(18));
  EXPECT_GE(world.check("service").failures, 1u);
}

TEST(Figures, APreventiveRunThatFindsAnAttemptUnderWayIsNone) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].preventive = true;
  World world(setup);
  world.runUntil(minutes(10) - seconds(8));
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kFailed, "", seconds(20)};
  };
  world.runUntil(minutes(10) + seconds(1));
  ASSERT_EQ(world.remedy("restart").phase, Phase::kActing);
  ASSERT_EQ(at(world.snapshot().events, EventSource::kPreventive), 1u);
  world.runUntil(minutes(11));
  EXPECT_GE(world.governor("main").state.totals.failures, 1u);
  EXPECT_EQ(world.snapshot().preventive_runs, 0u);
  EXPECT_EQ(world.snapshot().preventive_failures, 0u);
}

TEST(Figures, APreventiveRunStaysOneWhenItsCheckFailsMeanwhile) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].preventive = true;
  World world(setup);
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kFailed, "", seconds(30)};
  };
  world.runUntil(minutes(10) + seconds(1));
  ASSERT_EQ(world.snapshot().preventive_runs, 1u);
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(minutes(13));
  EXPECT_GE(world.governor("main").state.totals.failures, 2u) << "and its check has asked since";
  EXPECT_EQ(world.snapshot().preventive_runs, 1u);
  EXPECT_EQ(world.snapshot().preventive_failures, 1u);
}

}  // namespace
}  // namespace heald::engine
