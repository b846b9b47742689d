#include <gmock/gmock.h>

#include "support.h"

namespace heald::simulation {
namespace {

using testing::HasSubstr;
using testing::Not;

// The mistakes of a scenario, one a line.
std::string mistakes(const std::string& yaml) {
  std::string text;
  for (const config::Problem& problem : read(yaml).problems) text += toString(problem) + "\n";
  return text;
}

TEST(ScenarioReader, ReadsAllThatTheLanguageHas) {
  const Scenario scenario = read(R"(
title: everything
run_for: 2h
checks: {service: [{at: 1m, status: warning, message: slow, takes: 200ms}]}
remedies:
  restart:
    - {outcome: failed, times: 2, takes: 3s, output: unauthorized}
    - {outcome: ok, step: 1, heals_after: 1s, relapses_after: 5m}
operator:
  - {at: 1m, resume: all, reason: fixed}
  - {at: 2m, reset: restart, force: true}
  - {at: 3m, flag: auto_healing, set: off}
  - {at: 4m, pause: restart, for: 10m}
  - {at: 5m, retry: restart, reason: the port is free}
permits: [{at: 5m, governor: restart, deadline: 1m, reports: failed, after: 2s, error: no}]
alerts: [{at: 6m, labels: {alertname: DiskFull}, resolved_at: 7m}]
faults: [{at: 8m, crash: 30s}, {at: 9m, clock_back: 1h}]
expect: [{at: 10m, governor: restart, attempts: 0, breaker: CLOSED}]
)")
                                .scenario;
  EXPECT_EQ(scenario.title, "everything");
  ASSERT_EQ(scenario.checks.size(), 1u);
  EXPECT_EQ(scenario.checks[0].second[0].status, core::CheckStatus::kWarning);
  EXPECT_EQ(scenario.remedies[0].second[0].times, 2);
  EXPECT_EQ(scenario.remedies[0].second[1].relapses_after, std::chrono::minutes(5));
  EXPECT_EQ(scenario.events.size(), 7u);  // five human actions, an alert that fires and is resolved
  EXPECT_EQ(std::get<engine::Resume>(scenario.events[0].event).governor, "");
  EXPECT_TRUE(std::get<engine::Reset>(scenario.events[1].event).force);
  EXPECT_EQ(std::get<engine::Retry>(scenario.events[4].event).governor, "restart");
  EXPECT_EQ(std::get<engine::Retry>(scenario.events[4].event).reason, "the port is free");
  EXPECT_EQ(scenario.permits[0].reports, "failed");
  EXPECT_EQ(scenario.faults[1].kind, Fault::Kind::kClockBack);
  EXPECT_EQ(scenario.expectations[0].place, "scenario.yml:18:10");
  EXPECT_EQ(scenario.expectations[0].facts.size(), 2u);
}

TEST(ScenarioReader, NamesThatTheConfigurationDoesNotHaveAreMistakes) {
  const std::string said = mistakes(R"(
run_for: 1h
checks: {servcie: [{at: 0s, status: ok}]}
operator: [{at: 0s, resume: restrat}]
expect: [{check: sevice, health: healthy}]
)");
  EXPECT_THAT(said, HasSubstr("scenario.yml:3:10: checks.servcie: unknown key (did you mean "
                              "\"service\"?)"));
  EXPECT_THAT(said, HasSubstr("scenario.yml:4:21: operator[0].resume: there is no governor "
                              "\"restrat\" (did you mean \"restart\"?)"));
  EXPECT_THAT(said, HasSubstr("there is no check \"sevice\" (did you mean \"service\"?)"));
}

// Two remedies that need an approval, one that needs none, and two governors of permits.
engine::Setup withApprovals() {
  return setupOf(R"(
checks:
  - {name: database, exec: {command: [/bin/true]}, interval: 10s}
  - {name: disk, exec: {command: [/bin/true]}, interval: 10s}
remedies:
  - name: failover
    when: {check: database}
    steps:
      - {exec: {command: [/bin/true]}}
      - {after_failures: 1, approval: required, exec: {command: [/bin/false]}}
      - {after_failures: 2, approval: required, http: {url: "http://127.0.0.1/"}}
  - name: clean
    when: {alert: {alertname: DiskFull}}
    target: instance
    approval: required
    exec: {command: [/bin/true]}
  - {name: tidy, when: {check: database}, exec: {command: [/bin/true]}}
  - {name: both, when: {check: [database, disk]}, approval: required, exec: {command: [/bin/true]}}
governors:
  reboots: {approval: required, fleet: {members: [node-1, node-2]}}
  jobs: {approval: required}
)");
}

TEST(ScenarioReader, ReadsWhatAHumanApproves) {
  const Scenario scenario = read(R"(
run_for: 1h
operator:
  - {at: 1m, approve: failover, step: 2, for: 5m, reason: seen}
  - {at: 2m, approve: clean, target: db1}
  - {at: 3m, approve: reboots, permit: true, target: node-2}
  - {at: 4m, approve: jobs, permit: true}
  - {at: 5m, unapprove: failover}
)",
                                 withApprovals())
                                .scenario;
  ASSERT_EQ(scenario.events.size(), 5u);
  const auto& failover = std::get<engine::Approve>(scenario.events[0].event);
  EXPECT_EQ(failover.name, "failover");
  EXPECT_FALSE(failover.permit);
  EXPECT_EQ(failover.step, 2);
  EXPECT_EQ(failover.lasts, std::chrono::minutes(5));
  EXPECT_EQ(failover.reason, "seen");
  EXPECT_EQ(scenario.events[0].what, "approve failover step 2");
  const auto& clean = std::get<engine::Approve>(scenario.events[1].event);
  EXPECT_EQ(clean.target, "db1");
  EXPECT_EQ(clean.lasts, std::chrono::minutes(30)) << "as healdctl approve without --for";
  EXPECT_EQ(scenario.events[1].what, "approve clean@db1");
  EXPECT_TRUE(std::get<engine::Approve>(scenario.events[2].event).permit);
  EXPECT_EQ(scenario.events[2].what, "approve reboots@node-2 (permit)");
  EXPECT_EQ(scenario.events[3].what, "approve jobs (permit)");
  EXPECT_EQ(std::get<engine::Unapprove>(scenario.events[4].event).name, "failover");
}

TEST(ScenarioReader, AnApprovalThatNothingCouldUseIsAMistake) {
  const auto said = [](const std::string& approval) {
    std::string text;
    for (const config::Problem& problem :
         read("run_for: 1h\noperator: [{at: 1m, " + approval + "}]", withApprovals()).problems) {
      text += toString(problem) + "\n";
    }
    return text;
  };
  EXPECT_EQ(said("approve: failovre, step: 2"),
            "scenario.yml:2:21: operator[0].approve: there is no remedy \"failovre\" (did you mean "
            "\"failover\"?)\n");
  EXPECT_THAT(said("approve: jobs"),
              HasSubstr("\"jobs\" is a governor, and no remedy (for a permit "
                        "of it: permit: true)"));
  EXPECT_THAT(said("approve: both"), HasSubstr("name one of both@database, both@disk"));
  EXPECT_THAT(said("approve: tidy"), HasSubstr("the remedy \"tidy\" asks for no approval"));
  EXPECT_THAT(said("approve: failover"), HasSubstr("operator[0].approve: needs a step"));
  EXPECT_THAT(said("approve: failover, step: 1"), HasSubstr("2:40: operator[0].step: needs no"));
  EXPECT_THAT(said("approve: failover, step: 4"), HasSubstr("steps that need one: 2, 3"));
  EXPECT_THAT(said("approve: failover, step: 2, target: db1"), HasSubstr("has no targets"));
  EXPECT_THAT(said("approve: failover, step: 2, for: 25h"), HasSubstr("operator[0].for: an appro"));
  EXPECT_THAT(said("approve: clean"), HasSubstr("operator[0].approve: needs a target"));
  EXPECT_THAT(said("approve: reboot, permit: true"), HasSubstr("no governor \"reboot\""));
  EXPECT_THAT(said("approve: tidy, permit: true"), HasSubstr("a permit of the governor \"tidy\""));
  EXPECT_THAT(said("approve: jobs, permit: true, target: a"), HasSubstr("is of a fleet"));
  EXPECT_THAT(said("approve: jobs, permit: true, step: 1"), HasSubstr("a permit has no steps"));
  EXPECT_THAT(said("approve: reboots, permit: true"), HasSubstr("(say whose permit it is: target"));
  EXPECT_THAT(said("approve: reboots, permit: true, target: x"), HasSubstr("\"x\" is no declared"));
  EXPECT_THAT(said("unapprove: tidy"), HasSubstr("operator[0].unapprove: the remedy"));
}

TEST(ScenarioReader, SaysWhatIsWrongWhereItIs) {
  EXPECT_THAT(mistakes("checks: {}"), HasSubstr("has no \"run_for\""));
  EXPECT_THAT(mistakes("run_for: 1h\nremedies: {restart: [{outcome: maybe}]}"),
              HasSubstr("scenario.yml:2:23: remedies.restart[0].outcome"));
  EXPECT_THAT(mistakes("run_for: 1h\noperator: [{at: 1m}]"),
              HasSubstr("has no action (one of: resume"));
  EXPECT_THAT(mistakes("run_for: 1h\nfaults: [{at: 1m, crash: 1s, reboot: 1s}]"),
              HasSubstr("faults[0]"));
  EXPECT_THAT(mistakes("run_for: 1h\nchecks: {service: [{at: 2m, status: ok}, {at: 1m, status: "
                       "ok}]}"),
              HasSubstr("is before the entry above it"));
}

TEST(ScenarioReader, AFileThatIsNoScenarioIsToldWhatOneIs) {
  EXPECT_EQ(mistakes(""),
            "scenario.yml:1:1: the file is empty (the smallest useful one has run_for, checks and "
            "expect)\n");
  EXPECT_EQ(mistakes("- run_for: 1h"),
            "scenario.yml:1:1: the file is not a mapping of keys (example: run_for: 1h)\n");
  const auto none = readScenarioFile("/nowhere.yml", service(), noEnvironment).problems;
  ASSERT_EQ(none.size(), 1u);
  EXPECT_THAT(toString(none[0]), HasSubstr("(name a scenario file)"));
}

TEST(ScenarioReader, AWrongValueOfAnExpectationIsToldOnce) {
  EXPECT_EQ(mistakes("run_for: 1h\nexpect: [{check: service, health: sick}]"),
            "scenario.yml:2:27: expect[0].health: \"sick\" is not one of its values (known: "
            "unknown, healthy, warning, unhealthy)\n");
  EXPECT_THAT(mistakes("run_for: 1h\nexpect: [{remedy: restart, starts: [soon]}]"),
              Not(HasSubstr("expects nothing")));
}

TEST(ScenarioReader, WhatComesAfterTheEndIsAMistake) {
  const std::string said = mistakes(R"(
run_for: 1h
checks: {service: [{at: 1h, status: critical}, {at: 2h, status: ok}]}
operator: [{at: 61m, resume: restart}]
alerts: [{at: 5m, labels: {alertname: DiskFull}, resolved_at: 90m}]
permits: [{at: 5h, governor: restart}]
faults: [{at: 2d, crash: 3s}]
expect: [{at: 2h, check: service, health: healthy}]
)");
  const std::string ended = " is after run_for, when the scenario has ended (1h at the latest)\n";
  EXPECT_EQ(said, "scenario.yml:3:49: checks.service[1].at: 2h" + ended +
                      "scenario.yml:4:13: operator[0].at: 1h1m" + ended +
                      "scenario.yml:5:50: alerts[0].resolved_at: 1h30m" + ended +
                      "scenario.yml:6:12: permits[0].at: 5h" + ended +
                      "scenario.yml:7:11: faults[0].at: 2d" + ended +
                      "scenario.yml:8:11: expect[0].at: 2h" + ended);
  EXPECT_THAT(mistakes("run_for: long\nfaults: [{at: 2d, crash: 3s}]"), Not(HasSubstr("faults")));
}

TEST(ScenarioReader, AnExpectationThatExpectsNothingIsAMistake) {
  EXPECT_THAT(mistakes("run_for: 1h\nexpect: [{governor: restart}]"), HasSubstr("expects nothing"));
  EXPECT_THAT(mistakes("run_for: 1h\nexpect: [{check: service, attempts: 1}]"),
              HasSubstr("is not something of a check"));
  EXPECT_THAT(mistakes("run_for: 1h\nexpect: [{check: service, breaker: OPEN}]"),
              HasSubstr("is not something of a check (it is of a governor)"));
  EXPECT_THAT(mistakes("run_for: 1h\nexpect: [{at: 2h, check: service, health: healthy}]"),
              HasSubstr("is after run_for"));
}

}  // namespace
}  // namespace heald::simulation
