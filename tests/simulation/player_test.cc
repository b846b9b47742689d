#include "simulation/player.h"

#include <gmock/gmock.h>

#include "support.h"

namespace heald::simulation {
namespace {

using testing::HasSubstr;

std::string failures(const std::string& scenario, const engine::Setup& setup = service()) {
  return failuresOf(played(scenario, setup));
}

TEST(Player, AnAlwaysFailingRemedyStartsAtTheMomentsOfTheDesign) {
  EXPECT_EQ(failures(R"(
run_for: 24h
checks: {service: [{at: 0s, status: critical}]}
expect:
  - {remedy: restart, starts: [0s, 5s, 15s, 75s, 135s, 215s, 375s, 695s, 1295s, 1895s]}
  - {governor: restart, dormant: true, breaker: PERMANENT_OPEN, attempts: 10, failures: 10}
  - {at: 1894s, governor: restart, dormant: false, attempts: 9}
)"),
            "");
}

TEST(Player, WhatIsNotSoIsToldWithItsPlace) {
  const Record record = played(R"(
run_for: 1m
checks: {service: [{at: 0s, status: critical}]}
expect:
  - {at: 6s, governor: restart, attempts: 3, breaker: CLOSED}
)");
  EXPECT_FALSE(record.ok());
  EXPECT_EQ(failuresOf(record),
            "scenario.yml:5:5: governor restart at 6s: attempts: expected 3, got 2\n");
}

// In New York the clocks show 21:59 at the start.
TEST(Player, AWindowHoldsRemediesBackByTheClocksOfItsTimeZone) {
  const engine::Setup setup =
      service("windows: [{name: w, from: 22:00, to: 23:00, time_zone: America/New_York}]\n");
  EXPECT_EQ(failures(R"(
starts_at: 2026-07-02T01:59:00Z
run_for: 2h
checks: {service: [{at: 50s, status: critical}]}
expect:
  - {at: 59s, remedy: restart, attempts: 2}
  - {at: 60m59s, remedy: restart, attempts: 2}
  - {at: 61m, remedy: restart, attempts: 3}
)",
                     setup),
            "");
  EXPECT_THAT(read("{run_for: 1h, starts_at: tomorrow}").problems.at(0).message,
              HasSubstr("is not a time (example: 2026-03-28T23:00:00Z)"));
}

TEST(Player, HealingHoldsUntilTheRelapse) {
  EXPECT_EQ(failures(R"(
run_for: 10m
checks: {service: [{at: 0s, status: critical}]}
remedies: {restart: [{outcome: ok, takes: 1s, heals_after: 0s, relapses_after: 3m}]}
expect:
  - {at: 1m, check: service, health: healthy}
  - {at: 1m, remedy: restart, successes: 1, attempts: 1}
  - {at: 3m15s, remedy: restart, attempts: 2}
)"),
            "");
}

TEST(Player, AWarningStartsNothingAndEndsTheIncidentOfWhatAnswersToCritical) {
  EXPECT_EQ(failures(R"(
run_for: 30m
checks:
  service:
    - {at: 1m, status: warning, message: 85% used}
    - {at: 10m, status: critical}
    - {at: 10m2s, status: warning}
expect:
  - {at: 9m, check: service, health: warning, status: warning}
  - {at: 9m, remedy: restart, attempts: 0}
  - {at: 11m, check: service, health: warning}
  - {remedy: restart, starts: [10m], phase: idle}
)"),
            "");
}

TEST(Player, OutcomesComeOneAfterTheOtherAndTheLastStays) {
  EXPECT_EQ(failures(R"(
run_for: 1h
checks: {service: [{at: 0s, status: critical}]}
remedies: {restart: [{outcome: failed, times: 2}, {outcome: ok, heals_after: 0s}]}
expect: [{remedy: restart, attempts: 3, failures: 2, successes: 1}]
)"),
            "");
}

TEST(Player, AnErrorThatNoRetryCanHelpStopsItAtOnce) {
  EXPECT_EQ(failures(R"(
run_for: 1h
checks: {service: [{at: 0s, status: critical}]}
remedies: {restart: [{outcome: failed, output: "401 Unauthorized"}]}
expect:
  - {governor: restart, attempts: 1, dormant: true, breaker: PERMANENT_OPEN,
     dormant_reason: "Permanent-open condition matched: unauthorized"}
)"),
            "");
}

TEST(Player, ARunThatTakesLongerThanItsTimeoutIsCriticalThen) {
  const Record record = played(R"(
run_for: 10m
checks:
  service:
    - {at: 1m, status: ok, takes: 10s}
    - {at: 5m, status: ok, takes: 11s}
expect:
  - {at: 5m, check: service, health: healthy}
  - {at: 5m9s, check: service, health: healthy}
  - {at: 5m10s, check: service, health: unhealthy, status: critical}
)");
  EXPECT_EQ(failuresOf(record), "");
  const auto told = std::find_if(record.entries.begin(), record.entries.end(),
                                 [](const Entry& e) { return e.message == "check is unhealthy"; });
  ASSERT_NE(told, record.entries.end());
  EXPECT_THAT(told->fields, testing::Contains(testing::Pair("message", "timed out after 10s")));
}

TEST(Player, PeopleActAndAreAnswered) {
  const Record record = played(R"(
run_for: 1h
checks: {service: [{at: 0s, status: critical}]}
operator:
  - {at: 0s, pause: restart, for: 10m, reason: work}
  - {at: 30m, resume: restart}
expect:
  - {at: 9m59s, remedy: restart, attempts: 1}
  - {at: 10m1s, remedy: restart, attempts: 2}
)");
  EXPECT_EQ(failuresOf(record), "");
  std::string answers;
  for (const Entry& entry : record.entries) {
    if (entry.scripted) answers += entry.fields[0].second + "\n";
  }
  EXPECT_THAT(answers, HasSubstr("is paused until"));
  EXPECT_THAT(answers, HasSubstr("refused"));
}

TEST(Player, WhatWaitsForApprovalStartsWhenAHumanHasGivenIt) {
  const engine::Setup setup = setupOf(R"(
checks: [{name: database, exec: {command: [/bin/true]}, interval: 10s}]
remedies:
  - name: failover
    when: {check: database}
    approval: required
    exec: {command: [/bin/true]}
    verify: {after: 0s, within: 0s}
)");
  const Record record = played(R"(
run_for: 1h
checks: {database: [{at: 0s, status: critical}]}
remedies: {failover: [{outcome: failed}, {outcome: ok, heals_after: 0s}]}
operator:
  - {at: 10m5s, approve: failover, reason: seen}
  - {at: 20m5s, approve: failover}
  - {at: 30m, unapprove: failover}
expect:
  - {at: 10m, remedy: failover, starts: [], denied_by: approval}
  - {at: 20m, remedy: failover, starts: [10m5s], denied_by: approval}
  - {remedy: failover, starts: [10m5s, 20m5s], successes: 1}
)",
                               setup);
  EXPECT_EQ(failuresOf(record), "");
  std::string answers;
  for (const Entry& entry : record.entries) {
    if (entry.scripted) answers += entry.message + ": " + entry.fields[0].second + "\n";
  }
  EXPECT_THAT(answers, HasSubstr("approve failover: approved until"));
  EXPECT_THAT(answers, HasSubstr("unapprove failover: refused: no approval of"));
}

TEST(Player, APermitOfAMemberIsGivenOnceItIsApproved) {
  const engine::Setup setup = setupOf(R"(
governors: {reboots: {approval: required, fleet: {members: [node-1, node-2], at_once: {percent: 50}}}}
)");
  EXPECT_EQ(failures(R"(
run_for: 1h
permits:
  - {at: 1m, governor: reboots, member: node-2, reports: ok}
  - {at: 3m, governor: reboots, member: node-1, reports: ok}
  - {at: 4m, governor: reboots, member: node-2, reports: ok}
operator: [{at: 2m, approve: reboots, permit: true, target: node-2}]
expect:
  - {at: 3m, governor: reboots, attempts: 0}
  - {governor: reboots, attempts: 1, successes: 1}
)",
                     setup),
            "");
}

TEST(Player, AfterACrashEverythingIsAsItWas) {
  EXPECT_EQ(failures(R"(
run_for: 24h
checks: {service: [{at: 0s, status: critical}]}
faults: [{at: 100s, crash: 0s}, {at: 300s, crash: 10s}, {at: 1h, crash: 0s}, {at: 2h, reboot: 1m}]
expect:
  - {remedy: restart, starts: [0s, 5s, 15s, 75s, 135s, 215s, 375s, 695s, 1295s, 1895s]}
  - {at: 3h, governor: restart, dormant: true, breaker: PERMANENT_OPEN, failures: 10}
)"),
            "");
}

TEST(Player, WhatACrashInterruptsHealsNothing) {
  EXPECT_EQ(failures(R"(
run_for: 1m
checks: {service: [{at: 0s, status: critical}]}
remedies: {restart: [{outcome: ok, takes: 20s, heals_after: 0s}]}
faults: [{at: 10s, crash: 5s}]
expect:
  - {at: 16s, remedy: restart, attempts: 1, failures: 1}
  - {at: 16s, check: service, health: unhealthy}
)"),
            "");
}

TEST(Player, NobodyAnswersWhileHealdIsGone) {
  const Record record = played(R"(
run_for: 1m
faults: [{at: 10s, crash: 20s}]
operator: [{at: 15s, dormant: restart}]
expect: [{at: 20s, check: service, health: healthy}, {governor: restart, dormant: false}]
)");
  EXPECT_EQ(failuresOf(record),
            "scenario.yml:5:10: check service at 20s: health: expected healthy, got heald does not "
            "run\n");
}

TEST(Player, ASuspendShortensNoWaitAndCatchesNothingUp) {
  EXPECT_EQ(failures(R"(
run_for: 4h
checks: {service: [{at: 0s, status: critical}]}
faults: [{at: 20s, suspend: 2h}, {at: 2h30m, clock_forward: 5h}]
expect:
  # The fourth was due meanwhile. It starts when the machine wakes, and the waits go on from there.
  - {remedy: restart, starts: [0s, 5s, 15s, 2h20s, 2h1m20s, 2h2m40s, 2h5m20s, 2h10m40s, 2h20m40s, 2h30m40s]}
)"),
            "");
}

TEST(Player, WithoutAStoreNothingStarts) {
  EXPECT_EQ(failures(R"(
run_for: 10m
checks: {service: [{at: 10s, status: critical}]}
faults: [{at: 5s, store_down: 5m}]
expect:
  - {at: 5m, remedy: restart, attempts: 0, denied_by: store_unavailable}
  - {at: 5m30s, remedy: restart, attempts: 3}
)"),
            "");
}

TEST(Player, OthersMayUseTheGovernor) {
  EXPECT_EQ(failures(R"(
run_for: 10m
permits: [{at: 1m, governor: restart, reports: failed, after: 10s, error: unauthorized}]
expect:
  - {at: 65s, governor: restart, attempts: 1, failures: 0}
  - {at: 70s, governor: restart, attempts: 1, failures: 1, dormant: true}
)"),
            "");
}

TEST(Player, AlertsAskForTheirRemedies) {
  const engine::Setup setup = setupOf(R"(
remedies:
  - name: clean
    when: {alert: {alertname: DiskFull}}
    exec: {command: [/bin/true]}
    verify: {within: 2m}
)");
  EXPECT_EQ(failures(R"(
run_for: 10m
remedies: {clean: [{outcome: ok, takes: 5s}]}
alerts:
  - {at: 1m, labels: {alertname: DiskFull, instance: db1}, resolved_at: 2m}
  - {at: 3m, labels: {alertname: SomethingElse}}
expect:
  - {at: 2m, remedy: clean, starts: [1m], successes: 1}
  - {remedy: clean, attempts: 1}
)",
                     setup),
            "");
}

TEST(Player, TwoAlertsWithTheSameLabelsAreOneUntilItIsResolved) {
  const engine::Setup setup = setupOf(R"(
alertmanager: {ignore_labels: [replica]}
remedies:
  - name: clean
    when: {alert: {alertname: DiskFull}}
    exec: {command: [/bin/true]}
    verify: none
)");
  EXPECT_EQ(failures(R"(
run_for: 30m
remedies: {clean: [{outcome: ok, takes: 5s}]}
alerts:
  - {at: 1m, labels: {alertname: DiskFull, instance: db1, replica: a}}
  - {at: 2m, labels: {alertname: DiskFull, instance: db1, replica: b}, resolved_at: 10m}
  - {at: 3m, labels: {alertname: DiskFull, instance: db1}}
  - {at: 20m, labels: {alertname: DiskFull, instance: db1}}
expect:
  - {remedy: clean, starts: [1m, 20m], successes: 2}
)",
                     setup),
            "");
}

TEST(Player, TheSameInputGivesTheSameRecord) {
  const std::string scenario = "run_for: 1h\nchecks: {service: [{at: 7s, status: critical}]}\n";
  const Record one = played(scenario);
  const Record other = played(scenario);
  EXPECT_EQ(one.steps, other.steps);
  EXPECT_EQ(one.entries.size(), other.entries.size());
  EXPECT_GT(one.steps, 700u);
}

}  // namespace
}  // namespace heald::simulation
