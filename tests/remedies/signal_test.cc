#include "remedies/signal.h"

#include <csignal>

#include "remedies/remedy_fixture.h"
#include "support/leaky_service.h"

namespace heald::remedies {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

struct SignalRemedy : RemedyTest {
  ActionResult send(const test::LeakyService& service, const std::string& more) {
    return run(signalKind(), "{match: " + service.program() + more + "}");
  }
};

TEST_F(SignalRemedy, EndsTheOrphansAndLeavesTheOthers) {
  test::LeakyService service;
  const auto kept = service.keep(2);
  const auto leaked = service.leak(20);
  const auto result = send(service, ", orphans: true, kill_after: 10s");
  EXPECT_EQ(result.outcome, ActionOutcome::kOk);
  EXPECT_EQ(result.text, "TERM sent to 20 processes, all have ended");
  EXPECT_THAT(result.output, StartsWith("signalled: "));
  EXPECT_EQ(service.alive(leaked), 0);
  EXPECT_EQ(service.alive(kept), 2);
}

TEST_F(SignalRemedy, HasNothingToDoWhereNothingMatches) {
  test::LeakyService service;
  service.keep(1);
  const auto result = send(service, ", orphans: true");
  EXPECT_EQ(result.outcome, ActionOutcome::kOk);
  EXPECT_EQ(result.text, "no orphan matched");
  EXPECT_EQ(run(signalKind(), "match: /nowhere/x").text, "no process matched");
}

TEST_F(SignalRemedy, KillsWhatIsLeftWhenItIsToldTo) {
  test::LeakyService service(SIGTERM);
  const auto kept = service.keep(1);
  const auto stubborn = send(service, ", timeout: 1s");
  EXPECT_EQ(stubborn.outcome, ActionOutcome::kFailed);
  EXPECT_EQ(stubborn.text, "1 of 1 process still there after 1s");
  EXPECT_THAT(stubborn.output, HasSubstr("surviving: " + std::to_string(kept[0]) + "\n"));
  EXPECT_EQ(service.alive(kept), 1);
  const auto killed = send(service, ", kill_after: 50ms");
  EXPECT_EQ(killed.outcome, ActionOutcome::kOk);
  EXPECT_EQ(killed.text, "TERM sent to 1 process, all have ended, 1 of them by KILL");
}

TEST_F(SignalRemedy, SendsASignalThatEndsNobody) {
  test::LeakyService service(SIGHUP);
  const auto kept = service.keep(1);
  const auto result = send(service, ", signal: HUP");
  EXPECT_EQ(result.outcome, ActionOutcome::kOk);
  EXPECT_EQ(result.text, "HUP sent to 1 process");
  EXPECT_EQ(service.alive(kept), 1);
}

TEST_F(SignalRemedy, FailsWhenItCannotTell) {
  const auto result = run(signalKind(), "user: nobody-of-this-name");
  EXPECT_EQ(result.outcome, ActionOutcome::kFailed);
  EXPECT_EQ(result.text, "there is no user nobody-of-this-name");
}

TEST_F(SignalRemedy, EndsWhenCancelled) {
  test::LeakyService service(SIGTERM);
  service.keep(1);
  auto result = start(*read(signalKind(), "match: " + service.program()));
  cancel.cancel();
  EXPECT_EQ(result.get().outcome, ActionOutcome::kCancelled);
}

TEST(SignalRemedyOptions, AreRefusedWithTheReason) {
  const auto problems = [](const std::string& yaml) {
    return test::readKind(signalKind(), yaml).problems;
  };
  EXPECT_THAT(problems("orphans: true"),
              ElementsAre("t.yml:1:1: selects nothing (give it match, user or pid_file; example: "
                          "match: /opt/app/worker)"));
  EXPECT_THAT(problems("{match: x, signal: SIGTERM}"), ElementsAre(HasSubstr("signal")));
  EXPECT_THAT(problems("{match: '*'}"), ElementsAre(HasSubstr("matches everything")));
  EXPECT_THAT(problems("{match: x, kill_after: 30s}"),
              ElementsAre("t.yml:1:12: kill_after: 30s leaves no time before timeout, which is "
                          "30s (make timeout longer)"));
  EXPECT_THAT(problems("{match: x, kill_after: 30s, timeout: 1m}"), IsEmpty());
}

}  // namespace
}  // namespace heald::remedies
