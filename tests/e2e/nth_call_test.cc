// The real heald, whose n-th call to the system fails during an attempt, for every n: no
// descriptors, no memory, no processes, no disk. Each attempt is counted, none is run twice, and
// heald goes on. (Every call of the store's whole life: tests/store/faults_test.cc.)
#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <functional>
#include <iostream>
#include <set>

#include "e2e/stories.h"
#include "support/descendants.h"
#include "support/nth_call.h"

namespace heald::test {
namespace {

using nlohmann::json;

// A remedy that notes its attempt, fails, and is tried again soon, too rarely to reach any limit; a
// check that a human runs.
const std::string kConfig = R"(
governor_defaults:
  backoff: {base: 100ms, max: 100ms}
  max_consecutive_failures: 1000
  breaker: {failure_threshold: 1000, permanent_open_threshold: 1000}
  budgets: []
checks:
  - name: service
    exec: {command: [/bin/false], nonzero_is_critical: true}
    interval: 1h
remedies:
  - name: restart
    when: {check: service}
    governor: self-healing-main
    exec: {command: [/bin/sh, -c, 'echo $HEALD_ATTEMPT >> @DIR@/attempts; exit 1'], kill_after: 1s}
    verify: {after: 0}
)";

class NthCallFails : public testing::Test {
 protected:
  NthCallFails() {
    control_ = mapNthCall(daemon_.file("nth_call").c_str(), true);
    daemon_.launch().environment = {{"LD_PRELOAD", HEALD_NTH_CALL},
                                    {NthCall::kVariable, daemon_.file("nth_call")}};
  }

  json governor() const { return daemon_.governor(kMain); }
  bool storeUp() const {
    return daemon_.status().at("selfHealing").at("storeAvailable").get<bool>();
  }

  std::uint64_t attempts() const { return governor().at("attempts").get<std::uint64_t>(); }

  // A run of the check and an attempt, unless the fault is met before; then nothing is under way.
  // What the store's failure has denied is asked for again.
  void attempt() {
    const std::uint64_t before = attempts();
    daemon_.await("an attempt, or the fault", [&] {
      if (control_->met > 0 || attempts() > before) return true;
      daemon_.post("/api/checks/service/run", "{}");
      return false;
    });
    daemon_.await("the end of the attempt",
                  [&] { return governor().at("inFlight").empty() && storeUp(); });
  }

  // heald forks, and opens files, only for one that it does not have.
  void killSupervisors() const {
    for (const Process& process : descendantsOf(daemon_.pid())) ::kill(process.pid, SIGKILL);
  }

  void expectAllCounted() {
    std::istringstream lines(daemon_.read("attempts"));
    std::set<std::uint64_t> run;
    for (std::uint64_t number = 0; lines >> number;) {
      EXPECT_TRUE(run.insert(number).second) << "attempt " << number << " was run twice";
    }
    const json view = governor();
    const auto known = view.at("attempts").get<std::uint64_t>();
    EXPECT_EQ(known, view.at("successes").get<std::uint64_t>() +
                         view.at("failures").get<std::uint64_t>() + view.at("inFlight").size());
    if (!run.empty()) {
      EXPECT_LE(*run.rbegin(), known) << "an attempt was run that is not on record";
    }
  }

  // Every n until one is not met any more.
  void everyNth(
      Call call, int error, int most, const std::function<void()>& prepare = [] {}) {
    daemon_.start();
    attempt();
    int met = 0;
    int without = 0;  // attempts that made no such call: what they need may be there already
    for (int n = 1; n <= most;) {
      SCOPED_TRACE("call " + std::to_string(n));
      prepare();
      control_->arm(call, n, error);
      attempt();
      control_->disarm();
      ASSERT_TRUE(daemon_.running()) << daemon_.log();
      expectAllCounted();
      if (control_->met == 0 && (met > 0 || ++without > 20)) break;
      if (control_->met == 0) continue;
      ++met;
      ++n;
    }
    EXPECT_GT(met, 0) << "nothing has failed";
    const std::uint64_t before = attempts();
    daemon_.await("an attempt as if nothing had been", [&] {
      daemon_.post("/api/checks/service/run", "{}");
      return attempts() > before;
    });
    std::cout << met << " calls failed, one at a time" << std::endl;
  }

  TestDaemon daemon_{{kConfig}};
  NthCall* control_ = nullptr;
};

TEST_F(NthCallFails, OpenWithoutDescriptors) {
  everyNth(Call::kOpen, EMFILE, 40, [this] { killSupervisors(); });
}
TEST_F(NthCallFails, PipeWithoutDescriptors) {
  everyNth(Call::kPipe, EMFILE, 10);
}
TEST_F(NthCallFails, ForkWithoutMemory) {
  everyNth(Call::kFork, ENOMEM, 5, [this] { killSupervisors(); });
}
TEST_F(NthCallFails, AcceptWithoutDescriptors) {
  everyNth(Call::kAccept, EMFILE, 5);
}
TEST_F(NthCallFails, SpawnWithoutProcesses) {
  everyNth(Call::kSpawn, EAGAIN, 5);
}

TEST_F(NthCallFails, WriteWithoutSpace) {
  everyNth(Call::kWrite, ENOSPC, 40);
}
TEST_F(NthCallFails, WriteThatTheDiskRefuses) {
  everyNth(Call::kWrite, EIO, 40);
}
TEST_F(NthCallFails, SyncThatTheDiskRefuses) {
  everyNth(Call::kSync, EIO, 40);
}

// Without memory heald may die, as any program in C++; then the next start knows of every attempt.
TEST_F(NthCallFails, AllocationLosesNoAttempt) {
  daemon_.start();
  int deaths = 0;
  int met = 0;
  for (int n = 1; n < 3000; n += 1 + n / 3) {
    SCOPED_TRACE("allocation " + std::to_string(n));
    control_->arm(Call::kMemory, n, ENOMEM);
    try {
      attempt();
    } catch (const DaemonFailure&) {  // no answer: heald is dying, or had no memory for this one
    }
    control_->disarm();
    met += control_->met > 0;
    daemon_.await("an answer, or the end",
                  [&] { return !daemon_.running() || daemon_.get("/api/status").status == 200; });
    if (!daemon_.running()) {
      ++deaths;
      daemon_.waitForExit();
      daemon_.start();
      daemon_.await("the store", [&] { return storeUp(); });
    }
    expectAllCounted();
  }
  EXPECT_GT(met, 0);
  std::cout << met << " allocations failed, " << deaths << " ended heald" << std::endl;
}

}  // namespace
}  // namespace heald::test
