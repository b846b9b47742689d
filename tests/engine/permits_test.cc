#include "engine/permits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include "core/plain_text.h"
#include "engine/background_tasks.h"
#include "engine/detection.h"
#include "engine/pauses.h"
#include "support/alerts.h"
#include "support/setups.h"
#include "support/world.h"

namespace heald::engine {
namespace {

using core::CheckStatus;
using core::Guard;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using test::oneRemedy;
using test::World;
using testing::HasSubstr;

// A governor without any remedy: "backup", beside the remedy "restart" under "main".
engine::Setup withBackup() {
  engine::Setup setup = oneRemedy();
  setup.governors.push_back({"backup", {}});
  return setup;
}

Output request(World& world, const std::string& governor = "backup",
               core::Duration deadline = minutes(10)) {
  return world.send(RequestPermit{governor, deadline, "nightly", "cron"});
}
std::string permitOf(const Output& out) {
  return out.reply->ok() && (*out.reply)->permit ? (*out.reply)->permit->id : "";
}
Output report(World& world, const std::string& id, bool ok, const std::string& error = "boom") {
  return world.send(ReportPermit{id, ok, ok ? "" : error, ok ? "" : error, "cron"});
}
Denial denialOf(const Output& out) {
  return out.reply->ok() && (*out.reply)->denial ? *(*out.reply)->denial : Denial{};
}
std::string errorOf(const Output& out) {
  return out.reply->ok() ? "" : out.reply->error().message;
}
core::GovernorState stateOf(const World& world, const std::string& name = "backup") {
  return world.governor(name).state;
}
std::uint64_t counted(const World& world, PermitOutcome outcome) {
  return world.governor("backup").permits[static_cast<std::size_t>(outcome)];
}

TEST(Permits, AreAttemptsOfTheGovernorLikeAnyOther) {
  World world(withBackup());
  const Output out = request(world);
  ASSERT_NE(permitOf(out), "");
  EXPECT_EQ((*out.reply)->permit->deadline, world.now().boot + minutes(10));
  EXPECT_EQ(stateOf(world).in_flight.size(), 1u);
  EXPECT_EQ(stateOf(world).totals.attempts, 1u);
  EXPECT_EQ(stateOf(world).starts.size(), 1u) << "it counts for the budget";
  ASSERT_EQ(world.snapshot().permits.size(), 1u);
  EXPECT_EQ(world.snapshot().permits[0].by, "cron");
  EXPECT_EQ(denialOf(request(world)).word, "in_flight");
  EXPECT_TRUE(report(world, permitOf(out), true).reply->ok());
  EXPECT_EQ(stateOf(world).totals, (core::Totals{1, 1, 0}));
  EXPECT_TRUE(world.snapshot().permits.empty());
  EXPECT_EQ(counted(world, PermitOutcome::kOk), 1u);
  EXPECT_EQ(counted(world, PermitOutcome::kDenied), 1u);
  EXPECT_EQ(
      world.governor("backup").counters.suppressed[static_cast<std::size_t>(Guard::kInFlight)], 1u);
}

TEST(Permits, ThatAlwaysFailStartAtTheDesignsMomentsAndNeverAgain) {
  World world(withBackup());
  std::vector<long> starts;
  for (int second = 0; second < 7200; ++second) {
    world.runUntil(seconds(second));
    const std::string id = permitOf(request(world));
    if (!id.empty()) {
      starts.push_back(second);
      report(world, id, false);
    }
  }
  EXPECT_EQ(starts, (std::vector<long>{0, 5, 15, 75, 135, 215, 375, 695, 1295, 1895}));
  EXPECT_TRUE(stateOf(world).dormant());
  const Denial denial = denialOf(request(world));
  EXPECT_EQ(denial.word, "dormant");
  EXPECT_FALSE(denial.until);
}

TEST(Permits, ThatFailWhileTheChecksOfTheirGovernorAreHealthyStopAllTheSame) {
  World world(oneRemedy());
  world.runUntil(hours(1));  // healthy for longer than reset_after
  int given = 0;
  for (int minute = 0; minute < 12 * 60; ++minute) {
    const Output out = request(world, "main");
    if (!permitOf(out).empty()) {
      ++given;
      report(world, permitOf(out), false);
    }
    world.runFor(minutes(1));
  }
  EXPECT_EQ(given, 10);
  EXPECT_TRUE(stateOf(world, "main").dormant());
}

TEST(Permits, ADenialSaysForHowLong) {
  World world(withBackup());
  report(world, permitOf(request(world)), false);
  const Denial denial = denialOf(request(world));
  EXPECT_TRUE(denial.guard);
  EXPECT_EQ(denial.word, "backoff");
  EXPECT_EQ(denial.wait, seconds(5));
  EXPECT_EQ(denial.until, world.now().wall + seconds(5));
  EXPECT_EQ(denial.message, "denied by the guard backoff, for another 5s");
}

TEST(Permits, AnErrorThatMatchesOpensTheBreakerForGood) {
  World world(withBackup());
  report(world, permitOf(request(world)), false, "exit code 1\nError: No active API keys\n");
  EXPECT_EQ(stateOf(world).breaker.state, core::BreakerState::kPermanentOpen);
  EXPECT_EQ(denialOf(request(world)).word, "dormant");
}

TEST(Permits, NeverReportedCountAsFailedAtTheirDeadline) {
  World world(withBackup());
  const std::string id = permitOf(request(world, "backup", minutes(3)));
  world.runUntil(minutes(3) - seconds(1));
  EXPECT_EQ(stateOf(world).in_flight.size(), 1u);
  world.runUntil(minutes(3));
  EXPECT_TRUE(stateOf(world).in_flight.empty());
  EXPECT_EQ(stateOf(world).totals, (core::Totals{1, 0, 1}));
  EXPECT_EQ(counted(world, PermitOutcome::kExpired), 1u);
  EXPECT_THAT(errorOf(report(world, id, true)), HasSubstr("has expired"));
  EXPECT_EQ(stateOf(world).totals, (core::Totals{1, 0, 1})) << "counted once";
}

TEST(Permits, AReportThatComesLateIsTooLateEvenBeforeAnybodyLooked) {
  World world(withBackup());
  const std::string id = permitOf(request(world, "backup", minutes(3)));
  world.sleepFor(minutes(4));  // a suspend: nothing has driven the engine
  EXPECT_THAT(errorOf(report(world, id, true)), HasSubstr("has expired"));
  EXPECT_EQ(stateOf(world).totals, (core::Totals{1, 0, 1}));
}

TEST(Permits, ReportingTheSameTwiceIsAnsweredTheSameAlsoAfterARestart) {
  World world(withBackup());
  const std::string id = permitOf(request(world));
  const Output first = report(world, id, false);
  const Output second = report(world, id, false, "other words");
  EXPECT_EQ((*first.reply)->message, (*second.reply)->message);
  world.crash();
  EXPECT_EQ((*report(world, id, false).reply)->message, (*first.reply)->message);
  EXPECT_THAT(errorOf(report(world, id, true)), HasSubstr("already reported as failed"));
  EXPECT_EQ(stateOf(world).totals, (core::Totals{1, 0, 1}));
}

TEST(Permits, OutstandingSurviveTheEndOfHealdWithTheirDeadline) {
  World world(withBackup());
  const std::string id = permitOf(request(world, "backup", minutes(3)));
  world.runUntil(minutes(1));
  world.crash();
  EXPECT_EQ(stateOf(world).in_flight.size(), 1u) << "not interrupted: heald did not run it";
  EXPECT_EQ(stateOf(world).totals.failures, 0u);
  EXPECT_EQ(denialOf(request(world)).word, "in_flight");
  EXPECT_TRUE(report(world, id, true).reply->ok());
  EXPECT_EQ(stateOf(world).totals, (core::Totals{1, 1, 0}));
  const std::string other = permitOf(request(world, "backup", minutes(3)));
  world.crash();
  world.runUntil(minutes(5));
  EXPECT_EQ(stateOf(world).totals, (core::Totals{2, 1, 1})) << "expired, exactly once";
  EXPECT_THAT(errorOf(report(world, other, true)), HasSubstr("has expired"));
}

TEST(Permits, WhoseRecordIsLostHaveFailed) {
  World world(withBackup());
  const std::string id = permitOf(request(world));
  world.forgetPermits();
  world.crash();
  world.runUntil(seconds(1));
  EXPECT_EQ(stateOf(world).totals, (core::Totals{1, 0, 1}));
  EXPECT_THAT(errorOf(report(world, id, true)), HasSubstr("no permit"));
}

TEST(Permits, AreRefusedForNobodyForeverAndWhileStopping) {
  World world(withBackup());
  EXPECT_EQ(errorOf(request(world, "nobody")), "no governor \"nobody\" (there are: main, backup)");
  EXPECT_EQ(errorOf(request(world, "backup", hours(25))), "a deadline is from 1s to 1d, not 1d 1h");
  EXPECT_NE(errorOf(request(world, "backup", core::Duration{})), "");
  EXPECT_THAT(errorOf(report(world, "17-abc", true)), HasSubstr("no permit \"17-abc\""));
  world.send(Stop{});
  EXPECT_EQ(errorOf(request(world)), "heald is stopping");
  EXPECT_EQ(stateOf(world), core::GovernorState{});
}

TEST(Permits, AreNotGivenInObserveModeOrAPauseOfEverything) {
  engine::Setup setup = withBackup();
  setup.healing.observe = true;
  World observing(setup);
  EXPECT_EQ(denialOf(request(observing)).word, "observe_mode");
  EXPECT_FALSE(denialOf(request(observing)).guard);
  EXPECT_THAT(denialOf(request(observing)).message, HasSubstr("would be given"));
  EXPECT_EQ(counted(observing, PermitOutcome::kObserveMode), 3u);
  EXPECT_EQ(stateOf(observing), core::GovernorState{});
  World world(withBackup());
  world.send(PauseRemedy{"", hours(1), "moving", "alice"});
  const Denial denial = denialOf(request(world));
  EXPECT_EQ(denial.word, "paused");
  EXPECT_EQ(denial.wait, hours(1));
  EXPECT_EQ(counted(world, PermitOutcome::kPaused), 1u);
  world.send(PauseRemedy{"restart", hours(2), "moving", "alice"});
  world.runUntil(minutes(61));
  EXPECT_NE(permitOf(request(world)), "") << "a remedy's pause is no permit's";
}

TEST(Permits, ObeyTheGuardsOutsideTheGovernor) {
  World off(withBackup());
  off.send(SetFlag{core::Feature::kAutoHealing, false, "x", "y"});
  EXPECT_EQ(denialOf(request(off)).word, "feature_flag");
  engine::Setup setup = withBackup();
  setup.healing.max_concurrent = 1;
  World busy(setup);
  ASSERT_NE(permitOf(request(busy, "main")), "");
  EXPECT_EQ(denialOf(request(busy)).word, "max_concurrent");
  engine::Setup many = test::manyRemedies(4);
  many.governors.push_back({"backup", {}});
  many.remedies.clear();
  World storm(many);
  for (const char* name : {"c0", "c1", "c2"}) storm.setCheck(name, CheckStatus::kCritical);
  storm.runUntil(seconds(20));
  EXPECT_EQ(denialOf(request(storm)).word, "storm_brake");
}

TEST(Permits, ThatCannotBeMadeDurableAreNotGiven) {
  World world(withBackup());
  world.store_error = "disk full";
  EXPECT_EQ(denialOf(request(world)).word, "store_unavailable");
  EXPECT_EQ(stateOf(world), core::GovernorState{});
  EXPECT_TRUE(world.snapshot().permits.empty());
  EXPECT_EQ(denialOf(request(world)).word, "store_unavailable") << "known to be down by now";
  EXPECT_FALSE(world.noted("permit given"));
}

TEST(Permits, AResultThatCannotBeMadeDurableHasToBeReportedAgain) {
  World world(withBackup());
  const std::string id = permitOf(request(world, "backup", minutes(1)));
  world.store_error = "disk full";
  EXPECT_THAT(errorOf(report(world, id, true)), HasSubstr("the store is unavailable"));
  EXPECT_EQ(stateOf(world).in_flight.size(), 1u);
  world.runUntil(minutes(2));
  EXPECT_EQ(stateOf(world).in_flight.size(), 1u) << "its end waits for the store as well";
  world.store_error.clear();
  world.runUntil(minutes(3));
  EXPECT_EQ(stateOf(world).totals, (core::Totals{1, 0, 1}));
}

TEST(Permits, AnExhaustedBudgetMakesTheGovernorDormant) {
  engine::Setup setup = withBackup();
  setup.governors[1].policy.budgets = {{2, hours(1)}};
  World world(setup);
  for (int i = 0; i < 2; ++i) report(world, permitOf(request(world)), true);
  EXPECT_EQ(denialOf(request(world)).word, "budget");
  EXPECT_TRUE(stateOf(world).dormant());
  world.crash();
  EXPECT_TRUE(stateOf(world).dormant());
}

TEST(Permits, AHumanActionMeanwhileLeavesTheResultOnlyInTheTotals) {
  World world(withBackup());
  const std::string id = permitOf(request(world));
  world.send(EnterDormant{"backup", "stop", "alice"});
  world.send(Resume{"backup", "go on", "alice"});
  EXPECT_TRUE(report(world, id, false).reply->ok());
  EXPECT_EQ(stateOf(world).totals, (core::Totals{1, 0, 1}));
  EXPECT_EQ(stateOf(world).consecutive_failures, 0);
}

TEST(Permits, TheEndOfOneLetsARemedyGoOnThatIsQueuedForIt) {
  World world(oneRemedy());
  const std::string id = permitOf(request(world, "main"));
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(20));
  EXPECT_TRUE(world.starts.empty()) << "never more than C in flight";
  EXPECT_EQ(world.remedy("restart").phase, Phase::kQueued);
  report(world, id, true);
  world.runUntil(seconds(21));
  EXPECT_EQ(world.starts.size(), 1u);
}

TEST(Permits, OfAGovernorThatAReloadTookAwayEndLikeAnyOther) {
  World world(withBackup());
  const std::string reported = permitOf(request(world));
  report(world, reported, true);
  const std::string id = permitOf(request(world, "backup", minutes(1)));
  world.reload(oneRemedy());
  EXPECT_THAT(errorOf(request(world)), HasSubstr("no governor \"backup\""));
  EXPECT_EQ(errorOf(report(world, reported, true)), "");
  world.runUntil(minutes(2));
  EXPECT_THAT(errorOf(report(world, id, true)), HasSubstr("has expired"));
  world.reload(withBackup());
  EXPECT_EQ(stateOf(world).totals, (core::Totals{2, 1, 1}));
  const std::string again = permitOf(request(world));
  world.setup = oneRemedy();
  world.crash();
  EXPECT_EQ(errorOf(report(world, again, true)), "") << "over a restart too";
  world.setup = withBackup();
  world.crash();
  EXPECT_EQ(stateOf(world).totals, (core::Totals{3, 2, 1}));
}

TEST(Permits, WhatHasEndedIsForgottenInTheEnd) {
  engine::Setup setup = withBackup();
  setup.governors[1].policy.budgets.clear();
  World world(setup);
  const std::string first = permitOf(request(world));
  report(world, first, true);
  std::string second;
  for (std::size_t i = 0; i < PermitBook::kMostRemembered; ++i) {
    world.runFor(seconds(1));
    const std::string id = permitOf(request(world));
    ASSERT_NE(id, first) << "no id is given twice";
    if (second.empty()) second = id;
    report(world, id, true);
  }
  EXPECT_NE(errorOf(report(world, first, true)), "") << "more than so many are not kept";
  EXPECT_EQ(errorOf(report(world, second, true)), "");
  world.runFor(hours(25));
  const std::string last = permitOf(request(world));
  EXPECT_NE(errorOf(report(world, second, true)), "") << "nor for longer than a day";
  world.crash();
  EXPECT_NE(errorOf(report(world, second, true)), "");
  EXPECT_EQ(errorOf(report(world, last, true)), "");
}

// Every sequence of events, of a permit and a remedy that share a governor.
class Shared {
 public:
  enum class Op { kFiveSeconds, kRequest, kOk, kFails, kCrash, kDown, kUp, kResume };
  static constexpr Op kOps[] = {Op::kFiveSeconds, Op::kRequest, Op::kOk, Op::kFails,
                                Op::kCrash,       Op::kDown,    Op::kUp, Op::kResume};

  explicit Shared(int at_one_time) : at_one_time_(at_one_time), world_(setup(at_one_time)) {
    world_.setCheck("service", CheckStatus::kCritical);
    world_.remedies["restart"] = [](const StartAction&) {
      return World::Act{ActionOutcome::kFailed, "", seconds(7)};
    };
  }

  // Applies one and checks what has to hold afterwards; what is wrong, or "".
  std::string apply(Op op) {
    switch (op) {
      case Op::kFiveSeconds:
        world_.runFor(seconds(5));
        break;
      case Op::kRequest:
        if (const std::string id = permitOf(request(world_, "main", seconds(12))); !id.empty()) {
          ids_.push_back(id);
        }
        break;
      case Op::kOk:
      case Op::kFails:
        if (!ids_.empty()) {
          report(world_, ids_.front(), op == Op::kOk);
          ids_.erase(ids_.begin());
        }
        break;
      case Op::kCrash:
        world_.crash();
        break;
      case Op::kDown:
        world_.store_error = "down";
        break;
      case Op::kUp:
        world_.store_error.clear();
        break;
      case Op::kResume:
        world_.send(Resume{"main", "fixed", "alice"});
        fresh_start_ = stateOf(world_, "main").totals.attempts;
        break;
    }
    return wrong();
  }
  std::uint64_t attempts() { return stateOf(world_, "main").totals.attempts; }

 private:
  static engine::Setup setup(int at_one_time) {
    engine::Setup setup = oneRemedy();
    core::GovernorPolicy& policy = setup.governors[0].policy;
    policy.max_in_flight = at_one_time;
    policy.max_consecutive_failures = 3;
    policy.breaker = {2, seconds(5), 1, 3};
    policy.backoff = {seconds(1), seconds(2)};
    return setup;
  }

  std::string wrong() {
    const core::GovernorState state = stateOf(world_, "main");
    if (static_cast<int>(state.in_flight.size()) > at_one_time_) return "more than C in flight";
    if (state.totals.attempts !=
        state.totals.successes + state.totals.failures + state.in_flight.size()) {
      return "an attempt is not counted exactly once";
    }
    if (state.totals.successes > 0) fresh_start_ = state.totals.attempts;
    const auto bound = core::attemptBound(setup(at_one_time_).governors[0].policy);
    if (state.totals.attempts > fresh_start_ + static_cast<std::uint64_t>(bound)) return "no end";
    for (const Permit& permit : world_.snapshot().permits) {
      if (permit.deadline + seconds(6) < world_.now().boot && world_.store_error.empty()) {
        return "a permit outlives its deadline";
      }
    }
    return "";
  }

  int at_one_time_;
  World world_;
  std::vector<std::string> ids_;
  std::uint64_t fresh_start_ = 0;
};

TEST(PermitsExhaustive, APermitAndARemedyOnOneGovernorKeepEveryStatement) {
  constexpr int kDepth = 5;
  std::size_t sequences = 1;
  for (int i = 0; i < kDepth; ++i) sequences *= std::size(Shared::kOps);
  std::uint64_t attempts = 0;
  for (const int at_one_time : {1, 2}) {
    for (std::size_t code = 0; code < sequences; ++code) {
      Shared shared(at_one_time);
      std::size_t rest = code;
      for (int i = 0; i < kDepth; ++i, rest /= std::size(Shared::kOps)) {
        const std::string wrong = shared.apply(Shared::kOps[rest % std::size(Shared::kOps)]);
        ASSERT_EQ(wrong, "") << "sequence " << code << ", step " << i << ", C=" << at_one_time;
      }
      attempts += shared.attempts();
    }
  }
  EXPECT_GT(attempts, 50'000u) << "an exploration in which nothing starts proves nothing";
}

TEST(Permits, TheShortestAndTheLongestDeadlineAreTaken) {
  World world(oneRemedy());
  const auto invalid = [&](core::Duration deadline) {
    const Output out = world.send(RequestPermit{"main", deadline, "", ""});
    return out.reply && !out.reply->ok() && out.reply->error().code == ErrorCode::kInvalid;
  };
  EXPECT_TRUE(invalid(Permits::kShortest - nanoseconds(1)));
  EXPECT_FALSE(invalid(Permits::kShortest));
  EXPECT_FALSE(invalid(Permits::kLongest));
  EXPECT_TRUE(invalid(Permits::kLongest + nanoseconds(1)));
}

TEST(Permits, AtItsDeadlineAReportIsTooLate) {
  for (const bool late : {false, true}) {
    World world(oneRemedy());
    const Output given = world.send(RequestPermit{"main", minutes(1), "", ""});
    ASSERT_TRUE(given.reply && given.reply->ok() && (*given.reply)->permit);
    world.sleepFor(minutes(1) - (late ? nanoseconds(0) : nanoseconds(1)));
    const Output out = world.send(ReportPermit{(*given.reply)->permit->id, true, "", "", ""});
    EXPECT_EQ(out.reply && out.reply->ok(), !late);
  }
}

TEST(Permits, APermitRemembersItsEpochAndItsEndIsNoted) {
  World world(oneRemedy());
  world.send(EnterDormant{"main", "maintenance", ""});
  world.send(Resume{"main", "done", ""});
  const Output given = world.send(RequestPermit{"main", seconds(1), "backup", "cron"});
  ASSERT_TRUE(given.reply && given.reply->ok() && (*given.reply)->permit);
  const Permit permit = *(*given.reply)->permit;
  EXPECT_EQ(permit.epoch, 2u);
  EXPECT_EQ(permit.attempt, 1u);
  EXPECT_TRUE(world.noted("permit given"));
  world.send(ReportPermit{permit.id, true, "fine", "", "cron"});
  const auto ended = std::find_if(world.notes.begin(), world.notes.end(),
                                  [](const Note& n) { return n.message == "permit ended"; });
  ASSERT_NE(ended, world.notes.end());
  EXPECT_EQ(ended->level, Note::Level::kInfo);
  const auto has = [&](const char* key, const std::string& value) {
    return std::find(ended->fields.begin(), ended->fields.end(),
                     std::pair<std::string, std::string>(key, value)) != ended->fields.end();
  };
  EXPECT_TRUE(has("governor", "main"));
  EXPECT_TRUE(has("permit", permit.id));
  EXPECT_TRUE(has("result", "ok: fine"));
  EXPECT_TRUE(has("consecutive_failures", "0"));
}

TEST(Permits, APermitThatFailsOrExpiresIsAWarning) {
  World world(oneRemedy());
  world.send(RequestPermit{"main", seconds(1), "", "cron"});
  world.runUntil(seconds(2));
  ASSERT_TRUE(world.noted("permit ended"));
  for (const Note& note : world.notes) {
    EXPECT_EQ(note.level == Note::Level::kWarn, note.message == "permit ended") << note.message;
  }
  EXPECT_EQ(world.governor("main").permits[static_cast<std::size_t>(PermitOutcome::kExpired)], 1u);
  EXPECT_EQ(world.governor("main").permits[static_cast<std::size_t>(PermitOutcome::kFailed)], 0u);
}

TEST(Permits, APermitThatIsGivenIsNotedWithWhatItIsFor) {
  World world(oneRemedy());
  const Output out = world.send(RequestPermit{"main", minutes(1), "deploy", "alice"});
  ASSERT_TRUE(out.reply->ok() && (*out.reply)->permit);
  const auto given = std::find_if(world.notes.begin(), world.notes.end(),
                                  [](const Note& n) { return n.message == "permit given"; });
  ASSERT_NE(given, world.notes.end());
  const std::vector<std::pair<std::string, std::string>> fields = {
      {"governor", "main"},
      {"permit", (*out.reply)->permit->id},
      {"attempt", "1"},
      {"by", "alice"},
      {"reason", "deploy"}};
  EXPECT_EQ(given->fields, fields);
}

}  // namespace
}  // namespace heald::engine
