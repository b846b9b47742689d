// The history: what is told, in which words, and that it is told if and only if it is durable.
#include <gmock/gmock.h>

#include <algorithm>
#include <functional>

#include "book_views.h"
#include "engine/health_record.h"
#include "engine/history_queue.h"
#include "support/setups.h"
#include "support/world.h"

namespace heald::engine {
namespace {

using core::CheckStatus;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::oneRemedy;
using test::World;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

std::vector<HistoryEntry> of(const World& world, HistoryKind kind) {
  std::vector<HistoryEntry> found;
  std::copy_if(world.history.begin(), world.history.end(), std::back_inserter(found),
               [&](const HistoryEntry& entry) { return entry.kind == kind; });
  return found;
}

std::vector<std::string> eventsOf(const World& world, HistoryKind kind) {
  std::vector<std::string> events;
  for (const HistoryEntry& entry : of(world, kind)) events.push_back(entry.event);
  return events;
}

// "kind event" of everything, in its order.
std::vector<std::string> story(const World& world, std::size_t from = 0) {
  std::vector<std::string> words;
  for (std::size_t i = from; i < world.history.size(); ++i) {
    words.push_back(std::string(toString(world.history[i].kind)) + " " + world.history[i].event);
  }
  return words;
}

HistoryValue detail(const HistoryEntry& entry, const std::string& key) {
  for (const auto& [name, value] : entry.details) {
    if (name == key) return value;
  }
  return "(none)";
}

TEST(History, TellsTheStoryOfARemedyThatAlwaysFails) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.messages["service"] = "no answer";
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kFailed, "cannot restart\nno such unit\n", {}};
  };
  world.runUntil(hours(1));
  const auto attempts = of(world, HistoryKind::kAttempt);
  ASSERT_THAT(attempts, SizeIs(20));
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    EXPECT_EQ(attempts[i].event, i % 2 == 0 ? "started" : "failed");
    EXPECT_EQ(attempts[i].attempt, i / 2 + 1);
    EXPECT_EQ(attempts[i].governor, "main");
    EXPECT_EQ(attempts[i].remedy, "restart");
    EXPECT_EQ(attempts[i].check, "service");
  }
  EXPECT_EQ(attempts[0].message, "no answer");
  EXPECT_EQ(detail(attempts[0], "step"), HistoryValue(1));
  EXPECT_EQ(attempts[1].message, "exit code 1");
  EXPECT_EQ(attempts[1].output, "cannot restart\nno such unit\n");
  EXPECT_EQ(detail(attempts[1], "reason"), HistoryValue("error"));
  EXPECT_EQ(detail(attempts[19], "consecutiveFailures"), HistoryValue(10));
  EXPECT_EQ(detail(attempts[19], "backoff"), HistoryValue(600'000));
  const auto breaker = eventsOf(world, HistoryKind::kBreaker);
  EXPECT_EQ(breaker.front(), "OPEN");
  EXPECT_EQ(breaker.back(), "PERMANENT_OPEN");
  const auto modes = of(world, HistoryKind::kGovernor);
  ASSERT_THAT(modes, SizeIs(1));
  EXPECT_EQ(modes[0].event, "dormant");
  EXPECT_EQ(modes[0].message, "Exceeded max failures");
  EXPECT_EQ(detail(modes[0], "triggeredBy"), HistoryValue("automatic"));
  EXPECT_EQ(eventsOf(world, HistoryKind::kCheck), std::vector<std::string>{"unhealthy"});
  EXPECT_EQ(eventsOf(world, HistoryKind::kDenial).back(), "dormant");
}

TEST(History, AnAttemptComesBeforeWhatItDoesToItsGovernor) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(16));  // three attempts
  const auto words = story(world);
  const auto opened = std::find(words.begin(), words.end(), "breaker OPEN");
  ASSERT_NE(opened, words.end());
  EXPECT_EQ(*std::prev(opened), "attempt failed");
}

TEST(History, ADenialIsToldWhenItsWordChangesAndNotAgain) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(hours(3));
  const auto denials = of(world, HistoryKind::kDenial);
  EXPECT_GT(world.governor("main").counters.suppressed[1], 1000u) << "dormant, again and again";
  // After each failed attempt the breaker or the backoff, or one after the other; then dormant,
  // once.
  EXPECT_LE(denials.size(), 20u);
  EXPECT_EQ(denials.front().event, "backoff");
  EXPECT_NE(detail(denials.front(), "until"), HistoryValue("(none)"));
  EXPECT_EQ(std::count_if(denials.begin(), denials.end(),
                          [](const auto& d) { return d.event == "dormant"; }),
            1);
}

TEST(History, WhatWasNotCommittedIsNotToldAndWhatIsTriedAgainIsToldOnce) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kFailed, "", seconds(2)};
  };
  world.runUntil(seconds(1));
  ASSERT_EQ(eventsOf(world, HistoryKind::kAttempt), std::vector<std::string>{"started"});
  world.store_error = "disk full";
  world.runUntil(seconds(20));  // its result, and further triggers, find no store
  EXPECT_EQ(eventsOf(world, HistoryKind::kAttempt), std::vector<std::string>{"started"});
  world.store_error.clear();
  world.runUntil(seconds(24));
  const auto attempts = eventsOf(world, HistoryKind::kAttempt);
  ASSERT_GE(attempts.size(), 2u);
  EXPECT_EQ(attempts[1], "failed");
  EXPECT_EQ(std::count(attempts.begin(), attempts.end(), "failed"), 1);
  EXPECT_EQ(eventsOf(world, HistoryKind::kStore),
            (std::vector<std::string>{"unavailable", "available"}));
  EXPECT_EQ(of(world, HistoryKind::kStore)[0].message, "disk full");
}

TEST(History, AgreesWithTheTotalsAfterACrashAtAnyMoment) {
  for (int crash_at = 0; crash_at < 400; crash_at += 7) {
    World world(oneRemedy());
    world.setCheck("service", CheckStatus::kCritical);
    world.check_takes = std::chrono::milliseconds(300);
    world.remedies["restart"] = [](const StartAction&) {
      return World::Act{ActionOutcome::kFailed, "", seconds(3)};
    };
    world.runUntil(seconds(crash_at));
    world.crash();
    world.runFor(minutes(30));
    const auto words = eventsOf(world, HistoryKind::kAttempt);
    const core::Totals totals = world.governor("main").state.totals;
    const auto counted = [&](const char* word) {
      return static_cast<std::uint64_t>(std::count(words.begin(), words.end(), word));
    };
    EXPECT_EQ(counted("started"), totals.attempts) << crash_at;
    EXPECT_EQ(counted("failed"), totals.failures) << crash_at;
    EXPECT_EQ(counted("succeeded"), totals.successes) << crash_at;
    std::vector<std::uint64_t> ids;
    for (const HistoryEntry& entry : of(world, HistoryKind::kAttempt)) {
      if (entry.event == "started") ids.push_back(entry.attempt);
    }
    EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end(), std::greater_equal<>()), ids.end());
  }
}

TEST(History, AnAttemptThatACrashInterruptedEndsWithTheReason) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kOk, "", minutes(5)};
  };
  world.runUntil(seconds(1));
  world.crash();
  world.runFor(seconds(1));
  const auto attempts = of(world, HistoryKind::kAttempt);
  ASSERT_GE(attempts.size(), 2u);
  EXPECT_EQ(attempts[1].event, "failed");
  EXPECT_EQ(attempts[1].message, "heald ended while it ran");
  EXPECT_EQ(detail(attempts[1], "reason"), HistoryValue("interrupted"));
  EXPECT_EQ(detail(attempts[1], "duration"), HistoryValue("(none)"));
}

TEST(History, AnAttemptOfARemedyThatIsGoneEndsToo) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kOk, "", minutes(5)};
  };
  world.runUntil(seconds(1));
  engine::Setup without = world.setup;
  without.remedies.clear();
  world.reload(without);
  world.runFor(seconds(2));
  EXPECT_EQ(eventsOf(world, HistoryKind::kAttempt),
            (std::vector<std::string>{"started", "failed"}));
  const auto reloads = of(world, HistoryKind::kReload);
  ASSERT_THAT(reloads, SizeIs(1));
  EXPECT_EQ(reloads[0].event, "reloaded");
  EXPECT_EQ(reloads[0].actor, "a test");
  EXPECT_EQ(detail(reloads[0], "remedies"), HistoryValue(0));
}

TEST(History, AHumanActionIsToldWithWhoAndWhyBeforeWhatItDoes) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kOk);
  world.runUntil(seconds(2));
  std::size_t before = world.history.size();
  world.send(EnterDormant{"main", "moving the disk", "alice"});
  EXPECT_THAT(story(world, before), ElementsAre("human dormant", "governor dormant"));
  EXPECT_EQ(world.history[before].actor, "alice");
  EXPECT_EQ(world.history[before].message, "moving the disk");
  before = world.history.size();
  world.send(Resume{"", "moved", "bob"});
  EXPECT_THAT(story(world, before), ElementsAre("human resume", "governor active"));
  EXPECT_EQ(world.history[before].governor, "main");
  before = world.history.size();
  world.send(SetFlag{core::Feature::kAutoHealing, false, "deploying", "carol"});
  world.send(PauseRemedy{"restart", hours(1), "maintenance", "dave"});
  world.send(UnpauseRemedy{"restart", "erin"});
  EXPECT_THAT(story(world, before), ElementsAre("flag off", "pause paused", "pause unpaused"));
  EXPECT_THAT(world.history[before].details,
              ElementsAre(Pair("flag", HistoryValue("auto_healing"))));
  EXPECT_EQ(world.history[before + 1].remedy, "restart");
  EXPECT_EQ(world.history[before + 1].actor, "dave");
}

TEST(History, ARefusedHumanActionIsNotTold) {
  World world(oneRemedy());
  world.send(Resume{"main", "nothing to resume", "alice"});
  world.store_error = "disk full";
  world.send(EnterDormant{"main", "no store", "alice"});
  world.store_error.clear();
  world.runUntil(seconds(10));
  EXPECT_THAT(of(world, HistoryKind::kHuman), IsEmpty());
  EXPECT_THAT(of(world, HistoryKind::kGovernor), IsEmpty());
}

TEST(History, ARunByHandIsTold) {
  World world(oneRemedy());
  world.send(RunCheckNow{"service", "alice"});
  world.send(RunRemedyNow{"restart", "bob"});
  world.send(RunRemedyNow{"nonesuch", "bob"});
  world.runUntil(seconds(5));
  EXPECT_EQ(eventsOf(world, HistoryKind::kHuman),
            (std::vector<std::string>{"run_check", "run_remedy"}));
}

TEST(History, TheEndOfAPauseByItselfIsTold) {
  World world(oneRemedy());
  world.send(PauseRemedy{"", minutes(1), "maintenance", "dave"});
  world.runUntil(minutes(2));
  EXPECT_EQ(eventsOf(world, HistoryKind::kPause), (std::vector<std::string>{"paused", "over"}));
  EXPECT_EQ(of(world, HistoryKind::kPause)[1].message, "maintenance");
}

TEST(History, APermitIsAnAttemptWithItsIdAndWhoAsked) {
  World world(oneRemedy());
  const auto given = world.send(RequestPermit{"main", minutes(1), "backup", "cron"});
  const std::string id = (*given.reply)->permit->id;
  world.runUntil(seconds(3));
  world.send(ReportPermit{id, false, "exit code 3", "exit code 3\n", "cron", "\n no such host\n"});
  const auto attempts = of(world, HistoryKind::kAttempt);
  ASSERT_THAT(attempts, SizeIs(2));
  EXPECT_EQ(attempts[0].actor, "cron");
  EXPECT_EQ(attempts[0].message, "backup");
  EXPECT_EQ(detail(attempts[0], "permit"), HistoryValue(id));
  EXPECT_EQ(attempts[1].event, "failed");
  EXPECT_EQ(attempts[1].message, "exit code 3");
  EXPECT_EQ(attempts[1].output, "\n no such host\n");
  EXPECT_EQ(detail(attempts[1], "permit"), HistoryValue(id));
  EXPECT_EQ(detail(attempts[1], "duration"), HistoryValue(3000));
}

TEST(History, ADeniedPermitIsToldWithWhoAskedOnlyWhenTheWordChanges) {
  World world(oneRemedy());
  (void)world.send(RequestPermit{"main", minutes(1), "", "cron"});
  for (int i = 0; i < 10; ++i) (void)world.send(RequestPermit{"main", minutes(1), "", "shell"});
  world.runUntil(seconds(5));
  const auto denials = of(world, HistoryKind::kDenial);
  ASSERT_THAT(denials, SizeIs(1));
  EXPECT_EQ(denials[0].event, "in_flight");
  EXPECT_EQ(denials[0].actor, "shell");
}

TEST(History, SustainedHealthIsToldWhenItClearsTheCounts) {
  World world(oneRemedy());
  int runs = 0;
  world.checks["service"] = [&] { return ++runs <= 2 ? CheckStatus::kCritical : CheckStatus::kOk; };
  world.runUntil(hours(1));
  const auto modes = eventsOf(world, HistoryKind::kGovernor);
  EXPECT_THAT(modes, AllOf(SizeIs(1), Contains("cleared")));
}

TEST(History, TheChangesOfACheckAreToldWithTheMomentOfEach) {
  World world(oneRemedy());
  world.setup.remedies.clear();
  world.reload(world.setup);
  world.runUntil(seconds(2));
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(12));
  world.setCheck("service", CheckStatus::kUnknown);
  world.runUntil(seconds(22));
  world.setCheck("service", CheckStatus::kOk);
  world.runUntil(seconds(40));
  const auto told = of(world, HistoryKind::kCheck);
  EXPECT_EQ(eventsOf(world, HistoryKind::kCheck),
            (std::vector<std::string>{"healthy", "unhealthy", "unknown", "healthy"}));
  EXPECT_EQ(told[1].at - told[0].at, seconds(5));
  EXPECT_EQ(told[2].at - told[1].at, seconds(10));
  EXPECT_EQ(detail(told[3], "was"), HistoryValue("unknown"));
}

TEST(History, AThousandChecksThatChangeCostACommitASecondAtMost) {
  engine::Setup setup = test::manyRemedies(1000);
  setup.remedies.clear();
  setup.detection.max_concurrent = 1000;
  for (auto& check : setup.checks) check.interval = seconds(1);
  World world(setup);
  std::map<std::string, int> runs;
  for (const auto& check : setup.checks) {
    world.checks[check.name] = [&, name = check.name] {
      return ++runs[name] % 4 < 2 ? CheckStatus::kCritical : CheckStatus::kOk;
    };
  }
  world.runUntil(seconds(20));
  EXPECT_GT(of(world, HistoryKind::kCheck).size(), 5000u);
  EXPECT_LE(world.writes, 21);
}

TEST(History, ThousandChecksThatStayAsTheyAreCostNothing) {
  engine::Setup setup = test::manyRemedies(1000);
  for (auto& check : setup.checks) check.interval = seconds(1);
  setup.detection.max_concurrent = 1000;
  World world(setup);
  world.runUntil(seconds(5));
  const int writes = world.writes;
  world.runUntil(minutes(1));
  EXPECT_EQ(world.writes, writes);
}

TEST(History, WhatCameWhileTheStoreWasDownIsBoundedAndCounted) {
  HistoryQueue queue;
  const core::Now now{core::BootTime(seconds(5)), core::WallTime(hours(490'000))};
  for (std::size_t i = 0; i < HistoryQueue::kLimit + 7; ++i) {
    queue.add({.kind = HistoryKind::kCheck, .event = "healthy"}, now);
  }
  ASSERT_THAT(toldBy(queue, {}), SizeIs(HistoryQueue::kLimit));
  const HistoryEntry last = toldBy(queue, {}).back();
  EXPECT_EQ(last.event, "lost");
  EXPECT_EQ(detail(last, "entries"), HistoryValue(8));
  queue.keep({});
  EXPECT_THAT(toldBy(queue, {}), IsEmpty());
  EXPECT_FALSE(queue.due());
}

TEST(History, ARecordFromOutsideAndAStopAreWrittenAtOnce) {
  World world(oneRemedy());
  world.send(Record{{.kind = HistoryKind::kHeald, .event = "started"}});
  EXPECT_EQ(eventsOf(world, HistoryKind::kHeald), std::vector<std::string>{"started"});
  world.send(Stop{});
  EXPECT_EQ(eventsOf(world, HistoryKind::kHeald), (std::vector<std::string>{"started", "stopped"}));
}

TEST(History, EveryKindHasAWordOfItsOwn) {
  for (std::size_t i = 0; i < kHistoryKindCount; ++i) {
    const auto kind = static_cast<HistoryKind>(i);
    EXPECT_EQ(historyKindNamed(toString(kind)), kind);
  }
  EXPECT_EQ(historyKindNamed("nonesuch"), std::nullopt);
  EXPECT_EQ(toString(HistoryKind::kHeald), "heald");
  EXPECT_EQ(toString(HistoryKind::kDenial), "denial");
  EXPECT_EQ(toString(HistoryKind::kPause), "pause");
}

TEST(HealthRecord, TellsTenChangesAMinuteAndThenTheTruth) {
  HealthRecord record;
  const core::BootTime start{hours(1)};
  int told = 0;
  for (int second = 0; second < 59; ++second) {
    const auto health = second % 2 == 0 ? core::Health::kHealthy : core::Health::kUnhealthy;
    told += record.observe(health, start + seconds(second)).has_value() ? 1 : 0;
  }
  EXPECT_EQ(told, HealthRecord::kMost);
  // The last told was "unhealthy", the last seen "healthy".
  const auto later = record.observe(core::Health::kHealthy, start + seconds(61));
  ASSERT_TRUE(later);
  EXPECT_EQ(later->from, core::Health::kUnhealthy);
  EXPECT_EQ(later->to, core::Health::kHealthy);
  EXPECT_EQ(later->left_out, 48);
  EXPECT_FALSE(record.observe(core::Health::kHealthy, start + seconds(62)));
}

}  // namespace
}  // namespace heald::engine
