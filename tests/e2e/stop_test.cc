#include <gtest/gtest.h>
#include <signal.h>

#include "e2e/stories.h"
#include "support/thinned.h"

// heald ends while an action runs that does not want to: it and its children ignore TERM, and a
// grandchild has left its session and its parents.
namespace heald::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds kKillAfter(1);
constexpr seconds kSecond(kThinned);  // a sanitizer makes it longer

const char* const kStubborn = R"(#!/bin/sh
trap '' TERM
setsid /bin/sh -c "setsid /bin/sh -c 'echo deep >> @DIR@/running; exec sleep 1000' & sleep 1000" &
(sleep 1000 &)
echo main >> @DIR@/running
sleep 1000
)";

class Stopping : public testing::Test {
 protected:
  Stopping()
      : daemon_({R"(
checks:
  - name: service
    exec: {command: [/bin/false], nonzero_is_critical: true}
    interval: 1s
remedies:
  - name: restart
    when: {check: service}
    governor: self-healing-main
    exec: {command: [/bin/sh, '@DIR@/stubborn'], kill_after: 1s, timeout: 10m}
    verify: {after: 0}
)"}) {
    std::string script = kStubborn;
    for (auto at = script.find("@DIR@"); at != script.npos; at = script.find("@DIR@")) {
      script.replace(at, 5, daemon_.dir().path());
    }
    daemon_.dir().write("stubborn", script);
    daemon_.start();
    daemon_.await("the whole tree of the action", [this] {
      const std::string running = daemon_.read("running");
      return running.find("deep") != running.npos && running.find("main") != running.npos;
    });
  }

  void expectAGracefulEnd(int signal) {
    const auto begun = steady_clock::now();
    daemon_.signal(signal);
    EXPECT_EQ(daemon_.waitForExit(), 0);
    EXPECT_LT(steady_clock::now() - begun, kKillAfter + 2 * kSecond);
    EXPECT_EQ(daemon_.leftovers(seconds(0)), "");
    EXPECT_TRUE(daemon_.logHas("heald has stopped")) << daemon_.log();
  }

  TestDaemon daemon_;
};

TEST_F(Stopping, TermEndsHealdAndTheWholeTreeOfTheAction) {
  expectAGracefulEnd(SIGTERM);
}

TEST_F(Stopping, IntDoesTheSame) {
  expectAGracefulEnd(SIGINT);
}

TEST_F(Stopping, TheInterruptedAttemptIsCountedAsAFailure) {
  expectAGracefulEnd(SIGTERM);
  daemon_.dir().write("stubborn", "exit 1");
  daemon_.start();
  EXPECT_GE(daemon_.metric("heald_healing_failure_reasons_total{reason=\"interrupted\"}"), 1);
}

TEST_F(Stopping, AfterKillOfHealdTheWholeTreeOfTheActionIsGoneWithinItsGrace) {
  const auto begun = steady_clock::now();
  daemon_.kill();
  EXPECT_EQ(daemon_.leftovers(seconds(20)), "");
  EXPECT_LT(steady_clock::now() - begun, kKillAfter + kSecond);
}

}  // namespace
}  // namespace heald::test
