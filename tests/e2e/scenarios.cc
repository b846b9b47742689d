// The eight scenarios of the design against the real heald, with real processes: a key file that
// goes away and comes back, all times divided by 200. Prints a line for each; ends with 1 at the
// first that fails.
#include <cstdio>
#include <iostream>
#include <set>

#include "e2e/stories.h"
#include "support/command.h"

namespace heald::test {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kBase = 25;  // milliseconds
constexpr int kMaxWait = 3000;

const char* const kConfig = R"(
governor_defaults:
  backoff: {base: 25ms, max: 3s}
  breaker: {open_for: 300ms}
  budgets: [{attempts: 10, per: 18s}, {attempts: 24, per: 432s}]
  reset_after: 3s
checks:
  - name: api-key
    env: {file: '@DIR@/api-key'}
    interval: 50ms
remedies:
  - name: restore-api-key
    when: {check: api-key}
    governor: self-healing-main
    exec:
      command:
        - /bin/sh
        - -c
        - date +%s%N >> @DIR@/starts; test -s @DIR@/vault && cp @DIR@/vault @DIR@/api-key
    verify: {after: 0}
)";

struct Difference : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void expect(const std::string& what, const json& there, const json& expected) {
  if (there != expected) {
    throw Difference(what + ": expected " + expected.dump() + ", there was " + there.dump());
  }
}

json selfHealing(const TestDaemon& daemon) {
  return daemon.status().at("selfHealing");
}

json breaker(const TestDaemon& daemon) {
  return daemon.status().at("circuitBreakers").at(0);
}

void startsHealthy(TestDaemon& daemon) {
  daemon.dir().write("api-key", "a key\n");
  daemon.start();
  daemon.await("a first look at the key",
               [&] { return daemon.check("api-key").at("health") == "healthy"; });
  const json healing = selfHealing(daemon);
  expect("selfHealing.status", healing.at("status"), "healthy");
  expect("selfHealing.isDormant", healing.at("isDormant"), false);
  expect("selfHealing.consecutiveFailures", healing.at("consecutiveFailures"), 0);
  expect("selfHealing.backoffDelay", healing.at("backoffDelay"), kBase);
  expect("the breaker", breaker(daemon).at("state"), "CLOSED");
}

void theKeyIsRemovedAndTheFailureIsSeen(TestDaemon& daemon) {
  std::filesystem::remove(daemon.file("api-key"));
  daemon.await("a failed attempt",
               [&] { return selfHealing(daemon).at("consecutiveFailures") >= 1; });
  expect("the check", daemon.check("api-key").at("status"), "critical");
  expect("selfHealing.status", selfHealing(daemon).at("status"), "degraded");
}

// "attempt failed … consecutive_failures=3 backoff=100ms" of the log, for the n-th failure.
std::string backoffInLog(const TestDaemon& daemon, int n) {
  const std::string log = daemon.log();
  for (const char* quote : {"", "\""}) {
    const std::string key =
        std::string("consecutive_failures=") + quote + std::to_string(n) + quote + " backoff=";
    const auto at = log.find(key);
    if (at == std::string::npos) continue;
    std::string value = log.substr(at + key.size(), 20);
    value.erase(value.find_first_of(" \n"));
    std::erase(value, '"');
    return value;
  }
  return "nothing";
}

void backoffGrows(TestDaemon& daemon) {
  daemon.await("five consecutive failures",
               [&] { return selfHealing(daemon).at("consecutiveFailures") >= 5; });
  const char* const expected[] = {"25ms", "50ms", "100ms", "200ms", "400ms"};
  for (int n = 1; n <= 5; ++n) {
    expect("the wait after failure " + std::to_string(n), backoffInLog(daemon, n), expected[n - 1]);
  }
  const auto starts = startsOf(daemon);
  for (int n = 1; n <= 4; ++n) {
    const auto gap = starts.at(n) - starts.at(n - 1);
    expect("start " + std::to_string(n + 1) + " not before its time",
           gap >= milliseconds(kBase << (n - 1)), true);
  }
}

void theTenthFailureMeansDormant(TestDaemon& daemon) {
  daemon.await(
      "dormant", [&] { return isDormant(daemon); }, seconds(60));
  const json healing = selfHealing(daemon);
  expect("selfHealing.status", healing.at("status"), "dormant");
  expect("selfHealing.consecutiveFailures", healing.at("consecutiveFailures"), 10);
  expect("selfHealing.backoffDelay", healing.at("backoffDelay"), kMaxWait);
  expect("selfHealing.totalAttempts", healing.at("totalAttempts"), 10);
  expect("dormancy.reason", healing.at("dormancy").at("reason"), "Exceeded max failures");
  expect("dormancy.triggeredBy", healing.at("dormancy").at("triggeredBy"), "automatic");
  expect("dormancy.manualResetRequired", healing.at("dormancy").at("manualResetRequired"), true);
  awaitCheckRuns(daemon, "api-key", 20);
  expect("starts of the remedy", startsOf(daemon).size(), 10);
}

void theBreakerIsPermanentlyOpen(TestDaemon& daemon) {
  expect("the breaker", breaker(daemon).at("state"), "PERMANENT_OPEN");
  expect("its failureCount", breaker(daemon).at("failureCount"), 10);
  const std::string reset = "/api/governors/self-healing-main/reset";
  expect("a reset without force", daemon.post(reset, "{}").status, 409);
  expect("the breaker after it", breaker(daemon).at("state"), "PERMANENT_OPEN");
}

void noBackgroundTaskIsThereTwice(TestDaemon& daemon) {
  const json tasks = daemon.status().at("backgroundTasks");
  std::set<std::string> ids;
  for (const json& task : tasks.at("tasks")) ids.insert(task.at("id").get<std::string>());
  expect("the ids", ids,
         {"auto-detection-monitoring", "process-monitoring", "self-healing-preventive"});
  expect("totalTasks", tasks.at("totalTasks"), ids.size());
  expect("processes left by ten attempts", daemon.leftovers(seconds(10)), "");
}

void itWorksAgainAfterManualRecovery(TestDaemon& daemon) {
  daemon.dir().write("vault", "a new key\n");  // what was missing; nothing happens by itself
  awaitCheckRuns(daemon, "api-key", 10);
  expect("starts of the remedy", startsOf(daemon).size(), 10);
  const CommandResult resumed = runCommand({HEALD_BINARY_DIR "/healdctl", "--url", daemon.url(),
                                            "--token-file", daemon.file("control.token"), "resume",
                                            kMain, "--reason", "the vault has a key again"});
  expect("healdctl resume (" + resumed.output + ")", resumed.code, 0);
  daemon.await("a successful attempt",
               [&] { return selfHealing(daemon).at("successfulHealings") == 1; });
  expect("the key", daemon.read("api-key"), "a new key\n");
  expect("starts of the remedy", startsOf(daemon).size(), 11);
  expect("selfHealing.isDormant", isDormant(daemon), false);
}

void theBackoffIsBackAtItsBase(TestDaemon& daemon) {
  daemon.await("healthy", [&] { return selfHealing(daemon).at("status") == "healthy"; });
  expect("selfHealing.backoffDelay", selfHealing(daemon).at("backoffDelay"), kBase);
  expect("selfHealing.consecutiveFailures", selfHealing(daemon).at("consecutiveFailures"), 0);
  expect("the breaker", breaker(daemon).at("state"), "CLOSED");
  expect("heald's exit code", daemon.stop(), 0);
}

struct Scenario {
  const char* name;
  void (*run)(TestDaemon&);
};

constexpr Scenario kScenarios[] = {
    {"starts healthy", startsHealthy},
    {"the key is removed and the failure is seen", theKeyIsRemovedAndTheFailureIsSeen},
    {"backoff grows over five consecutive failures", backoffGrows},
    {"the tenth failure enters dormant mode", theTenthFailureMeansDormant},
    {"the breaker is PERMANENT_OPEN", theBreakerIsPermanentlyOpen},
    {"no background task is there twice", noBackgroundTaskIsThereTwice},
    {"after manual recovery it works again", itWorksAgainAfterManualRecovery},
    {"the backoff is back at its base", theBackoffIsBackAtItsBase},
};

int runScenarios() {
  TestDaemon daemon({kConfig});
  int number = 0;
  for (const Scenario& scenario : kScenarios) {
    ++number;
    try {
      scenario.run(daemon);
    } catch (const std::exception& problem) {
      std::cout << "FAIL " << number << " " << scenario.name << "\n" << problem.what() << std::endl;
      return 1;
    }
    std::cout << "ok   " << number << " " << scenario.name << std::endl;
  }
  return 0;
}

}  // namespace
}  // namespace heald::test

int main() {
  return heald::test::runScenarios();
}
