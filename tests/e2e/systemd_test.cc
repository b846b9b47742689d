#include <unistd.h>

#include "checks/check_fixture.h"
#include "checks/systemd.h"
#include "e2e/stories.h"
#include "io/systemd.h"
#include "remedies/remedy_fixture.h"
#include "remedies/systemd.h"
#include "support/user_systemd.h"

// The check and the remedy `systemd` against a real systemd.
namespace heald::test {
namespace {

using namespace std::chrono_literals;
using checks::CheckResult;
using core::CheckStatus;
using remedies::ActionOutcome;
using testing::AnyOf;
using testing::HasSubstr;
using testing::MatchesRegex;

// Its own names for each test process: systemds side by side share the control
// groups.
const std::string kPrefix = "heald-test-" + std::to_string(getpid()) + "-";

// Ten attempts in a few seconds.
const std::string kFast = R"(
governor_defaults:
  backoff: {base: 1ms, max: 5ms}
  breaker: {open_for: 10ms}
)";

std::string unit(const std::string& name) {
  return kPrefix + name + ".service";
}
std::string service(const std::string& lines) {
  return "[Unit]\nStartLimitIntervalSec=0\n[Service]\n" + lines + "\n";
}

struct Systemd : checks::CheckTest {
  Systemd()
      : daemon({"checks: []\n"}),
        systemd({{unit("good"), service("ExecStart=/bin/sleep 1000")},
                 {unit("idle"), service("ExecStart=/bin/sleep 1000")},
                 {unit("bad"), service("ExecStart=/bin/false")},
                 {unit("again"), service("ExecStart=/bin/false\nRestart=always\nRestartSec=1h")},
                 {unit("broken"), service("Type=oneshot\nExecStart=/bin/false")},
                 {unit("relapses"), service("ExecStart=/bin/sh -c 'sleep 0.1; exit 1'\n"
                                            "Restart=always\nRestartSec=10ms")},
                 {unit("slow"), service("Type=notify\nExecStart=/bin/sleep 1000")},
                 {unit("starts-slowly"), service("Type=notify\nExecStart=/bin/sleep 1000")},
                 {unit("hangs"), service("ExecStart=/bin/sleep 1000\nExecReload=/bin/sleep 1000")},
                 {unit("once"), service("Type=oneshot\nExecStart=/bin/true")},
                 {unit("reloads"), service("ExecStart=/bin/sleep 1000\nExecReload=/bin/true")}},
                unit("good") + " " + unit("bad") + " " + unit("again") + " " + unit("slow") + " " +
                    unit("hangs")) {}
  void SetUp() override {
    if (const std::string problem = systemd.problem(); !problem.empty()) GTEST_SKIP() << problem;
  }
  void awaitState(const std::string& name, const std::string& state) {
    ASSERT_TRUE(eventually([&] { return systemd.property(unit(name), "ActiveState") == state; }));
  }

  std::string options(const std::string& name, const std::string& more) const {
    return "{unit: " + kPrefix + name + ", bus: '" + systemd.bus() + "'" + more + "}";
  }
  checks::CheckResult check(const std::string& name, const std::string& more = "") {
    return run(checks::systemdKind(), options(name, more));
  }
  std::future<remedies::ActionResult> begin(const std::string& name, const std::string& more) {
    const auto read = readKind(remedies::systemdKind(), options(name, more));
    EXPECT_THAT(read.problems, testing::IsEmpty());
    remedies::ActionRun run;
    run.cancel = cancel.token();
    const auto promise = std::make_shared<std::promise<remedies::ActionResult>>();
    dynamic_cast<const remedies::Remedy&>(*read.part)
        .start(services, run,
               [promise](remedies::ActionResult result) { promise->set_value(std::move(result)); });
    return promise->get_future();
  }
  remedies::ActionResult act(const std::string& name, const std::string& more) {
    return begin(name, more).get();
  }

  TestDaemon daemon;
  UserSystemd systemd;
};

#define EXPECT_ACTION(result, expected_outcome, expected_text) \
  do {                                                         \
    const remedies::ActionResult got = result;                 \
    EXPECT_EQ(got.outcome, expected_outcome) << got.text;      \
    EXPECT_THAT(got.text, expected_text);                      \
  } while (false)

TEST_F(Systemd, TheCheckTellsTheStatesOfUnits) {
  awaitState("good", "active");
  awaitState("bad", "failed");
  awaitState("again", "activating");
  awaitState("slow", "activating");
  EXPECT_RESULT(check("good"), CheckStatus::kOk, unit("good") + ": active (running)");
  EXPECT_RESULT(check("idle"), CheckStatus::kCritical, unit("idle") + ": inactive (dead)");
  EXPECT_RESULT(check("idle", ", expect: [inactive]"), CheckStatus::kOk, HasSubstr("inactive"));
  EXPECT_RESULT(check("good", ", expect: [inactive]"), CheckStatus::kCritical, HasSubstr("active"));
  EXPECT_RESULT(check("bad"), CheckStatus::kCritical, unit("bad") + ": failed (exit-code)");
  EXPECT_RESULT(check("again"), CheckStatus::kCritical,
                unit("again") + ": activating (auto-restart) after exit-code");
  EXPECT_RESULT(check("slow"), CheckStatus::kUnknown, unit("slow") + ": activating (start)");
  EXPECT_RESULT(check("nowhere"), CheckStatus::kCritical, unit("nowhere") + ": no such unit");
  EXPECT_RESULT(check("nowhere", ", expect: [inactive]"), CheckStatus::kCritical,
                HasSubstr("no such unit"));
}

TEST_F(Systemd, AnswersOnItsPrivateSocketWithoutADBusDaemon) {
  awaitState("good", "active");
  const io::SystemdPlace place{.bus = systemd.privateSocket()};
  EXPECT_TRUE(systemd.inside(
      [&] { return io::lookAtUnit(place, unit("good"), 20s, {}).state.active == "active"; }));
  io::UnitOrder order;
  order.place = place;
  order.unit = unit("idle");
  order.settle = 0s;
  EXPECT_TRUE(systemd.inside([&] { return io::runUnitJob(order, {}).settled.sub == "running"; }));
}

TEST_F(Systemd, TheRemedyLooksAgainAfterItsJob) {
  const std::string settle = ", settle: 300ms";
  EXPECT_ACTION(act("idle", settle), ActionOutcome::kOk,
                unit("idle") + " is active (running) 300ms after its restart");
  EXPECT_ACTION(act("idle", ", action: stop, settle: 0"), ActionOutcome::kOk,
                MatchesRegex(unit("idle") + " is (inactive \\(dead\\)|failed \\(.*\\)) after .*"));
  EXPECT_ACTION(act("bad", ", settle: 1500ms"), ActionOutcome::kFailed,
                unit("bad") + " is failed (exit-code) 1500ms after its restart");
  EXPECT_ACTION(act("relapses", ", settle: 1500ms"), ActionOutcome::kFailed,
                AnyOf(HasSubstr("has been started once more within 1500ms"),
                      HasSubstr("is activating (auto-restart)")));
  EXPECT_ACTION(act("once", settle + ", action: start"), ActionOutcome::kOk,
                HasSubstr("is inactive (dead)"));
  EXPECT_ACTION(act("nowhere", settle), ActionOutcome::kFailed,
                "Unit " + unit("nowhere") + " not found.");
}

TEST_F(Systemd, TheRemedyReloadsWhatCanBeReloaded) {
  EXPECT_ACTION(act("reloads", ", action: start, settle: 0"), ActionOutcome::kOk,
                HasSubstr("is active (running)"));
  EXPECT_ACTION(act("reloads", ", action: reload, settle: 0"), ActionOutcome::kOk,
                HasSubstr("after its reload"));
  awaitState("good", "active");
  EXPECT_ACTION(act("good", ", action: reload, settle: 0"), ActionOutcome::kFailed,
                HasSubstr("Job type reload is not applicable for unit"));
}

TEST_F(Systemd, AJobThatDoesNotEndIsLeftToSystemd) {
  EXPECT_ACTION(act("slow", ", settle: 0, timeout: 2s"), ActionOutcome::kTimeout,
                "systemd has not finished the job after 2s, and goes on with it");
  EXPECT_RESULT(check("slow"), CheckStatus::kUnknown, unit("slow") + ": activating (start)");
}

TEST_F(Systemd, WhatReloadsIsActive) {
  awaitState("hangs", "active");
  auto reload = begin("hangs", ", action: reload, settle: 0");
  awaitState("hangs", "reloading");
  EXPECT_RESULT(check("hangs"), CheckStatus::kOk, unit("hangs") + ": reloading (reload)");
  cancel.cancel();
  EXPECT_ACTION(reload.get(), ActionOutcome::kCancelled, "cancelled");
}

TEST_F(Systemd, ThatGoesAwayDuringAJobIsAFailure) {
  auto restart = begin("starts-slowly", ", settle: 0");
  awaitState("starts-slowly", "activating");
  systemd.kill();
  EXPECT_ACTION(restart.get(), ActionOutcome::kFailed, HasSubstr("D-Bus: "));
}

TEST_F(Systemd, ThatDoesNotAnswerIsUnknown) {
  awaitState("good", "active");
  systemd.freeze();
  timeout = 300ms;
  EXPECT_RESULT(check("good"), CheckStatus::kUnknown, "no answer of systemd after 300ms");
  EXPECT_ACTION(act("good", ", timeout: 300ms, settle: 0"), ActionOutcome::kTimeout,
                "no answer of systemd after 300ms");
  systemd.thaw();
  timeout = 20s;
  EXPECT_RESULT(check("good"), CheckStatus::kOk, HasSubstr("running"));
  systemd.kill();
  const auto message = [&] { return check("good").message; };
  EXPECT_TRUE(eventually([&] {
    return message() == "no D-Bus at " + systemd.bus() + ": Connection refused";
  })) << message();
  EXPECT_RESULT(check("good"), CheckStatus::kUnknown, HasSubstr("no D-Bus at"));
  EXPECT_ACTION(act("good", ""), ActionOutcome::kFailed, HasSubstr("no D-Bus at"));
}

TEST_F(Systemd, HealdRestartsWhatIsDownAndGivesUpOnWhatIsBroken) {
  daemon.configure(
      kFast + "checks:\n  - name: idle\n    interval: 100ms\n    systemd: " + options("idle", "") +
      "\n  - name: broken\n    interval: 100ms\n    systemd: " + options("broken", "") + R"(
remedies:
  - name: restart-idle
    when: {check: idle}
    verify: {after: 0}
    systemd: )" +
      options("idle", ", settle: 100ms") + R"(
  - name: restart-broken
    when: {check: broken}
    governor: self-healing-main
    verify: {after: 0, within: 200ms}
    systemd: )" +
      options("broken", ", settle: 0") + "\n");
  daemon.start();
  daemon.await("a healthy unit", [&] { return daemon.check("idle").at("status") == "ok"; });
  daemon.await("a success", [&] { return daemon.governor("restart-idle").at("successes") == 1; });
  daemon.await(
      "dormant mode", [&] { return isDormant(daemon); }, 120s);
  EXPECT_EQ(daemon.governor(kMain).at("attempts"), 10);
  EXPECT_EQ(daemon.governor(kMain).at("successes"), 0);
  EXPECT_TRUE(daemon.logHas("the restart job of " + unit("broken") + " ended as failed"))
      << daemon.log();
}

}  // namespace
}  // namespace heald::test
