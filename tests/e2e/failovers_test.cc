// Three healds on three members of a real etcd, and everything that may happen to either. A remedy
// writes who runs it, and for which attempt.

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <sstream>

#include "e2e/stories.h"
#include "support/etcd.h"
#include "support/link.h"

namespace heald::test {
namespace {

constexpr std::size_t kReplicas = 3;
constexpr std::size_t kMembers = 3;

int rounds() {
  return std::getenv("HEALD_SOAK") != nullptr ? 1000 : 20;
}

// One of them, and its own ways to the members.
struct Replica {
  std::vector<std::unique_ptr<Link>> links;
  std::unique_ptr<TestDaemon> heald;

  bool leads() const { return heald->metric("heald_leader") == 1; }
  void partition() {
    for (const auto& link : links) link->silence();
  }
  void mend() {
    for (const auto& link : links) link->mend();
  }
};

// A line of what the remedy has written: ten of them a second.
struct Line {
  std::string replica;
  long long fence = 0;
  long long attempt = 0;
};

class Failovers : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(etcd_.ready()) << etcd_.log();
    for (std::size_t i = 0; i < kReplicas; ++i) {
      Replica& replica = replicas_.emplace_back();
      for (std::size_t k = 0; k < kMembers; ++k) {
        replica.links.push_back(std::make_unique<Link>(etcd_.port(k)));
      }
      replica.heald = std::make_unique<TestDaemon>(launch(std::string(1, "abc"[i]), replica));
      replica.heald->start();
    }
  }

  // Its check is never healthy for longer than the remedy makes it, so there is always an attempt.
  Launch launch(const std::string& name, const Replica& replica) const {
    std::string endpoints;
    for (const auto& link : replica.links) {
      endpoints += (endpoints.empty() ? "" : ", ") + link->url();
    }
    const std::string ran = shared_.path() + "/ran";
    return {.config = R"(
store:
  path: @DIR@/heald.db
  etcd: {endpoints: [)" +
                      endpoints + "], lease: 3s, name: " + name + R"(}
governor_defaults:
  backoff: {base: 10ms, max: 10ms}
  breaker: {open_for: 100ms, failure_threshold: 900, permanent_open_threshold: 1000}
  max_consecutive_failures: 1000
  budgets: [{attempts: 10000, per: 1m}]
checks:
  - {name: service, exec: {command: [/bin/sh, -c, 'rm @DIR@/well || exit 2']}, interval: 100ms}
remedies:
  - name: restart
    when: {check: service}
    governor: self-healing-main
    verify: {after: 0}
    exec:
      timeout: 60s
      command: [/bin/sh, -c, 'for i in 1 2 3 4 5; do echo )" +
                      name + " $HEALD_FENCE $HEALD_ATTEMPT >> " + ran +
                      R"(; sleep 0.1; done; touch @DIR@/well']
)"};
  }

  // Who leads and has begun an attempt. `before` is not asked: it may be one that does not answer.
  Replica& awaitLeader(const Replica* before) {
    Replica* leads = nullptr;
    const TestDaemon& any = *replicas_.front().heald;
    any.await("a leader", [&] {
      for (Replica& replica : replicas_) {
        if (&replica != before && replica.leads()) leads = &replica;
      }
      return leads != nullptr;
    });
    const std::size_t lines = ran().size();
    any.await("an attempt of it", [&] { return ran().size() > lines + 1; });
    return *leads;
  }
  std::vector<Line> ran() const {
    std::istringstream lines(shared_.read("ran"));
    std::vector<Line> all;
    for (Line line; lines >> line.replica >> line.fence >> line.attempt;) all.push_back(line);
    return all;
  }

  Replica& killed(Replica& leads) {
    leads.heald->kill();
    Replica& next = awaitLeader(&leads);
    leads.heald->start();
    return next;
  }
  Replica& stopped(Replica& leads) {
    EXPECT_EQ(leads.heald->stop(), 0);
    Replica& next = awaitLeader(&leads);
    leads.heald->start();
    return next;
  }
  Replica& steppedDown(Replica& leads) {
    leads.heald->post("/api/replicas/step-down", R"({"reason":"upgrade"})");
    Replica& next = awaitLeader(&leads);
    leads.heald->waitForExit();
    leads.heald->start();
    return next;
  }
  Replica& suspended(Replica& leads) {
    leads.heald->signal(SIGSTOP);
    Replica& next = awaitLeader(&leads);
    leads.heald->signal(SIGCONT);
    EXPECT_EQ(leads.heald->waitForExit(), 75);
    leads.heald->start();
    return next;
  }
  Replica& partitioned(Replica& leads) {
    leads.partition();
    Replica& next = awaitLeader(&leads);
    leads.mend();
    EXPECT_EQ(leads.heald->waitForExit(), 75);
    leads.heald->start();
    return next;
  }
  Replica& killedWithAMember(Replica& leads) {
    const std::size_t member = chance_() % kMembers;
    etcd_.kill(member);
    Replica& next = killed(leads);
    etcd_.start(member);
    return next;
  }

  // Returns who leads then.
  Replica& failover(int number, Replica& leads) {
    using What = Replica& (Failovers::*)(Replica&);
    constexpr std::array<std::pair<const char*, What>, 6> kWhat = {{
        {"kill -9", &Failovers::killed},
        {"SIGTERM", &Failovers::stopped},
        {"step-down", &Failovers::steppedDown},
        {"SIGSTOP and SIGCONT", &Failovers::suspended},
        {"a partition", &Failovers::partitioned},
        {"kill -9 without one member", &Failovers::killedWithAMember},
    }};
    const auto& [name, what] = kWhat[chance_() % kWhat.size()];
    story_ += "fence " + std::to_string(ran().back().fence) + ": " + name + "\n";
    SCOPED_TRACE("failover " + std::to_string(number) + ": " + name);
    return (this->*what)(leads);
  }
  void expectEachAttemptOnceAndInOrder() const {
    std::map<long long, std::string> by;  // who made each attempt
    long long newest = 0;
    Line before;
    for (const Line& line : ran()) {
      EXPECT_GE(line.attempt, newest)
          << "attempt " << line.attempt << " of " << line.replica << " went on beside a later one\n"
          << story_;
      newest = std::max(newest, line.attempt);
      EXPECT_TRUE(line.replica == before.replica ? line.fence >= before.fence
                                                 : line.fence > before.fence)
          << line.replica << " has " << line.fence << " after " << before.fence << " of "
          << before.replica;
      before = line;
      EXPECT_EQ(by.emplace(line.attempt, line.replica).first->second, line.replica)
          << "attempt " << line.attempt << " was made twice";
    }
    EXPECT_GE(by.size(), static_cast<std::size_t>(rounds())) << "each leader made one at least";
  }

  TempDir shared_;
  std::string story_;  // which fence ended how
  std::mt19937 chance_{20261129};
  std::vector<Replica> replicas_;
  Etcd etcd_{kMembers};  // ends before them: it is nothing that they have left behind
};

TEST_F(Failovers, MakeNoAttemptTwiceAndForgetNone) {
  Replica* leads = &awaitLeader(nullptr);
  for (int i = 0; i < rounds() && !HasFailure(); ++i) leads = &failover(i, *leads);
  expectEachAttemptOnceAndInOrder();
  EXPECT_GE(leads->heald->governor(kMain).at("attempts"), ran().back().attempt)
      << "an attempt was made that is missing in the state";
}

}  // namespace
}  // namespace heald::test
