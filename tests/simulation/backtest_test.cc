// A history that the engine itself wrote in virtual time is replayed: with the same configuration
// everything happens again.
#include "simulation/backtest.h"

#include <gmock/gmock.h>

#include "support.h"

namespace heald::simulation {
namespace {

using engine::HistoryEntry;
using engine::HistoryKind;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const char* const kFiveFailures = "governors: {restart: {max_consecutive_failures: 5}}\n";

std::vector<HistoryEntry> historyOf(const std::string& scenario,
                                    const engine::Setup& setup = service()) {
  return played(scenario, setup).history;
}

const GovernorCompared& governor(const Backtest& result, const std::string& name = "restart") {
  for (const GovernorCompared& one : result.governors) {
    if (one.governor == name) return one;
  }
  ADD_FAILURE() << "no governor " << name;
  return result.governors.front();
}

// "then/now" of each incident, "-" for a check that the configuration does not have.
std::string incidents(const Backtest& result) {
  std::string text;
  for (const IncidentCompared& one : result.incidents) {
    text += (text.empty() ? "" : " ") + std::to_string(one.then) + "/" +
            (one.now ? std::to_string(*one.now) : "-");
  }
  return text;
}

void expectTheSame(const std::string& scenario, const engine::Setup& setup,
                   const std::string& attempts) {
  const Backtest result = backtest(setup, historyOf(scenario, setup));
  EXPECT_EQ(incidents(result), attempts);
  for (const GovernorCompared& one : result.governors) {
    ASSERT_TRUE(one.now) << one.governor;
    EXPECT_EQ(one.now->attempts, one.then.attempts) << one.governor;
    EXPECT_EQ(one.now->dormant, one.then.dormant) << one.governor;
    EXPECT_EQ(one.now->first_dormant, one.then.first_dormant) << one.governor;
  }
}

// Down for good at 10 min: ten failures, and dormant.
const char* const kDown = R"(
run_for: 3h
checks: {service: [{at: 10m, status: critical}, {at: 2h, status: ok}]}
remedies: {restart: [{outcome: failed, takes: 2s}]}
)";

// Three incidents: the second attempt heals, then it goes by itself, then the first one heals.
const char* const kThree = R"(
run_for: 6h
checks:
  service:
    - {at: 10m, status: critical}
    - {at: 30m, status: ok}
    - {at: 2h, status: critical}
    - {at: 2h2m, status: unknown}
    - {at: 2h4m, status: critical}
    - {at: 2h5m, status: ok}
    - {at: 4h, status: critical}
    - {at: 4h30m, status: ok}
remedies:
  restart:
    - {outcome: failed, takes: 3s}
    - {outcome: ok, takes: 7s, heals_after: 0s, times: 1}
    - {outcome: ok, takes: 4s, times: 4}
    - {outcome: timeout, takes: 20s, times: 1}
    - {outcome: ok, takes: 1s, heals_after: 0s}
)";

TEST(Backtest, TheSameConfigurationDoesTheSameAgain) {
  expectTheSame(kDown, service(), "10/10");
  expectTheSame(kThree, service(), "2/2 5/5 1/1");
}

TEST(Backtest, SoItDoesWithVerificationsThatTakeTheirTimeAndDebouncing) {
  const engine::Setup setup = setupOf(R"(
checks:
  - {name: service, exec: {command: [/bin/true]}, interval: 10s, unhealthy_after: 3, healthy_after: 2}
remedies:
  - name: restart
    when: {check: service}
    exec: {command: [/bin/true]}
    verify: {after: 5s, within: 30s}
)");
  expectTheSame(kDown, setup, "10/10");
  expectTheSame(kThree, setup, "2/2 4/4 2/2");
}

TEST(Backtest, AConfigurationThatStopsSoonerIsDormantSooner) {
  const Backtest result = backtest(service(kFiveFailures), historyOf(kDown));
  EXPECT_EQ(incidents(result), "10/5");
  const GovernorCompared& compared = governor(result);
  EXPECT_EQ(compared.then.dormant, 1u);
  EXPECT_EQ(compared.now->dormant, 1u);
  EXPECT_LT(*compared.now->first_dormant, *compared.then.first_dormant);
  EXPECT_EQ(result.incidents[0].until, result.incidents[0].from + std::chrono::minutes(110));
}

TEST(Backtest, WhatComesAfterTheLastRecordedAttemptIsAsTheLast) {
  const Backtest result = backtest(service(), historyOf(kDown, service(kFiveFailures)));
  EXPECT_EQ(incidents(result), "5/10");
  EXPECT_EQ(governor(result).now->attempts, 10u);
}

TEST(Backtest, AnErrorThatTheNewConfigurationKnowsStopsAtOnce) {
  const auto history = historyOf(R"(
run_for: 2h
checks: {service: [{at: 10m, status: critical}]}
remedies: {restart: [{outcome: failed, output: no such tenant}]}
)");
  const auto setup =
      service("governors: {restart: {breaker: {permanent_open_conditions: [no such tenant]}}}\n");
  EXPECT_EQ(incidents(backtest(setup, history)), "10/1");
}

TEST(Backtest, WhatHumansDidHappensAgain) {
  const Backtest result = backtest(service(), historyOf(std::string(kDown) + R"(operator:
  - {at: 11m, pause: restart, for: 20m, reason: work}
  - {at: 100m, resume: restart, reason: a new disk}
  - {at: 2h30m, dormant: restart, reason: maintenance}
)"));
  EXPECT_EQ(incidents(result), "18/18");
  const GovernorCompared& compared = governor(result);
  EXPECT_EQ(compared.then.dormant, 2u);
  EXPECT_EQ(compared.now->dormant, 2u);
  EXPECT_EQ(compared.now->first_dormant, compared.then.first_dormant);
}

// A history that begins between two runs of the check.
std::vector<HistoryEntry> heldBackAndHelped(const std::string& helped) {
  auto history = historyOf(R"(
run_for: 3h
checks: {service: [{at: 10m, status: critical}]}
remedies: {restart: [{outcome: failed, takes: 2s}]}
operator:
  - {at: 9m5s, pause: restart, for: 30m, reason: work}
)" + helped);
  const auto from = std::find_if(history.begin(), history.end(), [](const HistoryEntry& entry) {
    return entry.kind == HistoryKind::kPause;
  });
  history.erase(history.begin(), from);
  return history;
}

void expectTheSameDormancy(const std::vector<HistoryEntry>& history) {
  const Backtest result = backtest(service(), history);
  const GovernorCompared& compared = governor(result);
  EXPECT_EQ(compared.now->attempts, compared.then.attempts);
  EXPECT_EQ(compared.then.dormant, 1u);
  EXPECT_EQ(compared.now->first_dormant, compared.then.first_dormant);
}

TEST(Backtest, ACheckRunsAtTheMomentsAtWhichItsResultsWereRecorded) {
  expectTheSameDormancy(heldBackAndHelped(""));
  expectTheSameDormancy(heldBackAndHelped("  - {at: 20m6s, unpause: restart}\n"));
}

TEST(Backtest, WhatAHumanLetsGoOnWaitsForTheNextResultOfItsOwnCheck) {
  const engine::Setup setup = setupOf(R"(
checks:
  - {name: other, exec: {command: [/bin/true]}, interval: 10s}
  - {name: service, exec: {command: [/bin/true]}, interval: 10s}
remedies:
  - name: restart
    when: {check: service}
    exec: {command: [/bin/true]}
    verify: {after: 0s, within: 0s}
)");
  const auto history = historyOf(R"(
run_for: 3h
checks:
  other: [{at: 5m, status: critical, takes: 9s}]
  service: [{at: 10m, status: critical}]
operator:
  - {at: 9m, pause: restart, for: 30m, reason: work}
  - {at: 20m2s, unpause: restart}
)",
                                 setup);
  const Backtest result = backtest(setup, history);
  EXPECT_EQ(governor(result).then.dormant, 1u);
  EXPECT_EQ(governor(result).now->first_dormant, governor(result).then.first_dormant);
}

TEST(Backtest, ACheckThatAHumanRanIsRunAgain) {
  auto history = historyOf(R"(
run_for: 3h
checks: {service: [{at: 10m, status: critical}]}
operator:
  - {at: 9m5s, pause: restart, for: 30m, reason: work}
  - {at: 20m1s, unpause: restart}
  - {at: 20m4s, run_check: service}
)");
  expectTheSameDormancy(history);
}

TEST(Backtest, AResumeOfAGovernorThatIsNotDormantNowIsToldAndNotDone) {
  const auto history = historyOf(std::string(kDown) + "operator: [{at: 15m, resume: restart}]\n",
                                 service(kFiveFailures));
  const Backtest result = backtest(service(), history);
  EXPECT_THAT(result.remarks, Contains(HasSubstr("resume restart: not applicable now: refused")));
}

TEST(Backtest, ARunByHandThatWasRefusedThenIsNoDifference) {
  const std::string down = std::string(kDown) + "operator: [{at: 10m3s, run_remedy: restart}]\n";
  EXPECT_THAT(backtest(service(), historyOf(down)).remarks, Not(Contains(HasSubstr("run remedy"))));
  const std::string paused = std::string(kDown) +
                             "operator: [{at: 5m, pause: restart, for: 1h}, {at: 6m, unpause: "
                             "restart}, {at: 10m3s, run_remedy: restart}]\n";
  auto history = historyOf(paused);
  for (HistoryEntry& entry : history) {
    if (entry.event == "run_remedy") entry.message = "remedy \"restart\" is wanted; and so on";
  }
  EXPECT_THAT(backtest(service(), history).remarks,
              Contains(HasSubstr("run remedy restart: not applicable now: refused")));
}

TEST(Backtest, PermitsAreAskedForAgain) {
  const std::string scenario = R"(
run_for: 1h
permits:
  - {at: 1m, governor: restart, reports: failed, after: 10s, error: exit code 1}
  - {at: 20m, governor: restart, reports: ok, after: 10s}
  - {at: 30m, governor: restart, deadline: 5m}
)";
  expectTheSame(scenario, service(), "");
  EXPECT_EQ(governor(backtest(service(), historyOf(scenario))).now->attempts, 3u);
}

// A remedy for alerts, with targets; what it does fails, or the alert says so within two minutes.
engine::Setup cleaning(const std::string& more = "") {
  return setupOf(R"(
remedies:
  - name: clean
    when: {alert: {alertname: DiskFull}}
    target: instance
    exec: {command: [/bin/true]}
    verify: {within: 2m}
)" + more);
}

TEST(Backtest, AlertsFireAgain) {
  const std::string scenario = R"(
run_for: 2h
remedies: {clean: [{outcome: ok, takes: 5s, times: 1}, {outcome: failed, takes: 1s}]}
alerts:
  - {at: 1m, labels: {alertname: DiskFull, instance: db1}, resolved_at: 2m}
  - {at: 30m, labels: {alertname: DiskFull, instance: db2}, resolved_at: 1h}
)";
  expectTheSame(scenario, cleaning(), "");
  const auto history = historyOf(scenario, cleaning());
  EXPECT_EQ(governor(backtest(cleaning(), history), "clean").now->attempts, 2u);
}

engine::AlertsReceived diskFull(bool firing, const std::string& instance = "db1") {
  return {
      {{instance, core::WallTime{}, firing, {{"alertname", "DiskFull"}, {"instance", instance}}}},
      "test"};
}

// Alertmanager tells of an alert of db1 from `from` on, every `every`, until `until`.
void fire(Scenario& scenario, core::Duration from, core::Duration every, core::Duration until) {
  for (core::Duration at = from; at < until; at += every) {
    scenario.events.push_back({at, "alert", diskFull(true)});
  }
}

void expectTheSameCleaning(const Scenario& scenario, std::size_t attempts) {
  const auto history = play(cleaning(), scenario).history;
  const Backtest result = backtest(cleaning(), history);
  const GovernorCompared& compared = governor(result, "clean");
  EXPECT_EQ(compared.then.attempts, attempts);
  EXPECT_EQ(compared.now->attempts, attempts);
  EXPECT_EQ(compared.now->dormant, compared.then.dormant);
  EXPECT_THAT(result.remarks, Not(Contains(HasSubstr("not applicable"))));
}

TEST(Backtest, AnAlertThatWasSetAsideIsHeardOfAgainAfterWhatAHumanDid) {
  using std::chrono::hours;
  using std::chrono::minutes;
  const std::vector<std::pair<engine::Event, engine::Event>> stops = {
      {engine::EnterDormant{"clean", "work", "test"}, engine::Resume{"clean", "done", "test"}},
      {engine::SetFlag{core::Feature::kAutoHealing, false, "work", "test"},
       engine::SetFlag{core::Feature::kAutoHealing, true, "done", "test"}},
      {engine::PauseRemedy{"clean", hours(20), "work", "test"},
       engine::UnpauseRemedy{"clean", "test"}}};
  for (const auto& [stop, go_on] : stops) {
    Scenario scenario;
    scenario.run_for = hours(8);
    scenario.events = {{minutes(5), "stop", stop}, {hours(3), "go on", go_on}};
    fire(scenario, minutes(10), hours(1), hours(8));
    expectTheSameCleaning(scenario, 1);
  }
}

TEST(Backtest, APauseThatIsOverByItselfLetsAnAlertGoOn) {
  using std::chrono::hours;
  using std::chrono::minutes;
  Scenario scenario;
  scenario.run_for = hours(8);
  scenario.events = {{minutes(5), "stop", engine::PauseRemedy{"", hours(2), "work", "test"}}};
  fire(scenario, minutes(10), hours(1), hours(8));
  expectTheSameCleaning(scenario, 1);
}

TEST(Backtest, AnAlertThatFiresForDaysIsNotForgotten) {
  using std::chrono::hours;
  Scenario scenario;
  scenario.run_for = hours(80);
  scenario.events = {{hours(1), "stop", engine::EnterDormant{"clean", "work", "test"}},
                     {hours(70), "go on", engine::Resume{"clean", "done", "test"}}};
  fire(scenario, hours(3), hours(4), hours(80));
  expectTheSameCleaning(scenario, 1);
}

TEST(Backtest, AnAlertThatWasForgottenThenIsForgottenNow) {
  using std::chrono::hours;
  Scenario scenario;
  scenario.run_for = hours(80);
  scenario.events = {{hours(1), "stop", engine::EnterDormant{"clean", "work", "test"}},
                     {hours(70), "go on", engine::Resume{"clean", "done", "test"}}};
  fire(scenario, hours(3), hours(4), hours(30));
  expectTheSameCleaning(scenario, 0);
}

// It is verified when the alert is forgotten.
TEST(Backtest, AForgottenAlertIsNoSuccess) {
  const auto entry = [](HistoryKind kind, const char* event, core::Duration at) {
    return HistoryEntry{.kind = kind,
                        .event = event,
                        .at = core::WallTime(std::chrono::hours(490'000) + at),
                        .governor = kind == HistoryKind::kAttempt ? "clean@db1" : "",
                        .remedy = "clean",
                        .target = "db1",
                        .attempt = kind == HistoryKind::kAttempt ? 1u : 0u};
  };
  using std::chrono::minutes;
  std::vector<HistoryEntry> history = {entry(HistoryKind::kAlert, "firing", {}),
                                       entry(HistoryKind::kAttempt, "started", {}),
                                       entry(HistoryKind::kAlert, "forgotten", minutes(1)),
                                       entry(HistoryKind::kAttempt, "failed", minutes(2)),
                                       entry(HistoryKind::kAlert, "firing", minutes(9))};
  history[3].details = {{"reason", "verification"}, {"duration", std::int64_t{120'000}}};
  Backtest result =
      backtest(cleaning("governors: {clean: {max_consecutive_failures: 1}}\n"), history);
  EXPECT_EQ(governor(result, "clean").now->dormant, 1u);
}

TEST(Backtest, ARemedyForAlertsThatTheHistoryDoesNotNameIsTold) {
  EXPECT_THAT(backtest(cleaning(), historyOf(kDown)).remarks,
              Contains("the history has no alert for remedy clean: it is not asked for"));
}

TEST(Backtest, WhatAHumanDidForAGovernorWithItsTargetsIsDoneOnce) {
  using std::chrono::hours;
  using std::chrono::minutes;
  Scenario scenario;
  scenario.run_for = hours(3);
  scenario.events = {{minutes(1), "alert", diskFull(true)},
                     {minutes(2), "alert", diskFull(true, "db2")},
                     {minutes(30), "stop", engine::EnterDormant{"clean", "work", "test"}},
                     {hours(1), "go on", engine::Resume{"clean", "done", "test"}},
                     {hours(2), "reset", engine::Reset{"clean", false, "test"}},
                     {minutes(150), "retry", engine::Retry{"clean", "fixed", "test"}}};
  const auto history = play(cleaning(), scenario).history;
  const auto told = [&](const char* event) {
    return std::count_if(history.begin(), history.end(), [&](const HistoryEntry& entry) {
      return entry.kind == HistoryKind::kHuman && entry.event == event;
    });
  };
  ASSERT_EQ(told("resume"), 3);
  ASSERT_EQ(told("retry"), 3);
  const Backtest result = backtest(cleaning(), history);
  EXPECT_EQ(governor(result, "clean").then.dormant, 3u);
  EXPECT_EQ(governor(result, "clean").now->dormant, 3u);
  EXPECT_THAT(result.remarks, Not(Contains(HasSubstr("not applicable"))));
}

// At the same moment, each with a command of its own.
TEST(Backtest, WhatHumansDidForTwoTargetsIsDoneForBoth) {
  using std::chrono::minutes;
  Scenario scenario;
  scenario.run_for = std::chrono::hours(1);
  scenario.events = {{minutes(1), "alert", diskFull(true)},
                     {minutes(2), "alert", diskFull(true, "db2")},
                     {minutes(9), "stop", engine::EnterDormant{"clean@db1", "work", "test"}},
                     {minutes(9), "stop", engine::EnterDormant{"clean@db2", "work", "test"}}};
  const Backtest result = backtest(cleaning(), play(cleaning(), scenario).history);
  EXPECT_EQ(governor(result, "clean").then.dormant, 2u);
  EXPECT_EQ(governor(result, "clean").now->dormant, 2u);
}

TEST(Backtest, WhatOneSideDoesNotHaveIsTold) {
  const engine::Setup other = setupOf(R"(
checks: [{name: other, exec: {command: [/bin/true]}, interval: 10s}]
remedies: [{name: repair, when: {check: other}, exec: {command: [/bin/true]}}]
)");
  const Backtest result = backtest(other, historyOf(kDown));
  EXPECT_EQ(incidents(result), "10/-");
  EXPECT_FALSE(governor(result, "restart").now);
  EXPECT_EQ(governor(result, "repair").now->attempts, 0u);
  EXPECT_THAT(
      result.remarks,
      ElementsAre("check other is not in the history: it stays healthy",
                  "check service is not in the configuration: its incidents start nothing",
                  "remedy restart is not in the configuration: its 10 attempts are not made",
                  HasSubstr("no entry of the history has an output")));
}

TEST(Backtest, ARemedyWithoutARecordedAttemptFailsAtOnce) {
  const engine::Setup renamed = setupOf(R"(
checks: [{name: service, exec: {command: [/bin/true]}, interval: 10s}]
remedies: [{name: repair, when: {check: service}, exec: {command: [/bin/true]}}]
)");
  const Backtest result = backtest(renamed, historyOf(kThree));
  EXPECT_THAT(result.remarks,
              testing::Contains(HasSubstr("remedy repair has no attempt in the history: ")));
  EXPECT_GT(governor(result, "repair").now->attempts, 2u);
}

HistoryEntry health(const std::string& event, const std::string& was, core::Duration at) {
  return {.kind = HistoryKind::kCheck,
          .event = event,
          .at = core::WallTime(std::chrono::hours(490'000) + at),
          .check = "service",
          .details = {{"was", was}}};
}

TEST(Backtest, AnIncidentMayBeginBeforeTheHistoryAndEndAfterIt) {
  using std::chrono::minutes;
  const std::vector<HistoryEntry> history = {health("healthy", "unhealthy", minutes(0)),
                                             health("unhealthy", "healthy", minutes(30)),
                                             health("unhealthy", "unknown", minutes(31))};
  const Backtest result = backtest(service(), history);
  ASSERT_EQ(result.incidents.size(), 2u);
  EXPECT_EQ(result.incidents[0].from, history[0].at);
  EXPECT_EQ(result.incidents[0].until, history[0].at);
  EXPECT_EQ(result.incidents[1].from, history[1].at);
  EXPECT_EQ(result.incidents[1].until, std::nullopt);
  EXPECT_EQ(*result.incidents[1].now, 3u);  // at 0 s, 5 s and 15 s; the next one is due at 75 s
}

TEST(Backtest, AWarningOfTheHistoryIsNoIncidentAndEndsOne) {
  using std::chrono::minutes;
  const std::vector<HistoryEntry> history = {
      health("warning", "healthy", minutes(0)), health("unhealthy", "warning", minutes(30)),
      health("warning", "unhealthy", minutes(31)), health("healthy", "warning", minutes(60))};
  const Backtest result = backtest(service(), history);
  ASSERT_EQ(result.incidents.size(), 1u);
  EXPECT_EQ(result.incidents[0].from, history[1].at);
  EXPECT_EQ(result.incidents[0].until, history[2].at);
  EXPECT_EQ(*result.incidents[0].now, 3u) << "none while it only warns";
}

TEST(Backtest, AClockThatWasSetBackStandsStill) {
  using std::chrono::minutes;
  const std::vector<HistoryEntry> history = {health("healthy", "unknown", minutes(0)),
                                             health("unhealthy", "healthy", minutes(90)),
                                             health("healthy", "unhealthy", minutes(30))};
  const Backtest result = backtest(service(), history);
  EXPECT_EQ(result.until, history[1].at);
  EXPECT_EQ(result.incidents[0].until, history[1].at);
}

TEST(Backtest, ALengthThatCannotBeIsBounded) {
  std::vector<HistoryEntry> history = historyOf(kDown);
  std::int64_t length = std::numeric_limits<std::int64_t>::min();
  for (HistoryEntry& entry : history) {
    if (entry.kind != HistoryKind::kAttempt || entry.event != "failed") continue;
    entry.details = {{"duration", length}};
    length = std::numeric_limits<std::int64_t>::max();
  }
  EXPECT_EQ(incidents(backtest(service(), history)), "10/2");  // the second one never ends
}

TEST(Backtest, OneEntryIsEnough) {
  const Backtest result = backtest(service(), {health("healthy", "unknown", {})});
  EXPECT_EQ(result.entries, 1u);
  EXPECT_THAT(result.incidents, IsEmpty());
  EXPECT_EQ(governor(result).now->attempts, 0u);
}

}  // namespace
}  // namespace heald::simulation
