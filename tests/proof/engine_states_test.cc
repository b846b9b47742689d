// The production engine at small sizes, breadth-first: every event in every state that can be told
// apart. What disturbs (a human, the store, a crash, another configuration) comes once on a way in
// an ordinary run, and twice in scripts/soak, at every point of it; what checks and actions do is
// not limited. The engine is not copied; each state is reached anew by its shortest sequence.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine_world.h"

namespace heald::proof {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using Kind = Move::Kind;

engine::Setup setupOf(int remedies) {
  engine::Setup setup;
  setup.detection.interval = setup.healing.preventive_interval = setup.process_monitoring_interval =
      hours(9000);
  for (int i = 0; i < remedies; ++i) {
    const std::string n = std::to_string(i);
    engine::CheckSpec check;
    check.name = "c" + n;
    check.interval = hours(9000);
    check.follows_cycle = false;
    setup.checks.push_back(check);
    engine::RemedySpec remedy;
    remedy.name = "r" + n;
    remedy.check = check.name;
    remedy.governor = "g" + n;
    remedy.verify = {core::Duration{}, core::Duration{}};
    remedy.steps = {0, 1, 2};
    setup.remedies.push_back(remedy);
    core::GovernorPolicy policy;
    policy.max_consecutive_failures = policy.breaker.permanent_open_threshold = 3;
    policy.breaker.failure_threshold = 2;
    policy.breaker.open_for = seconds(2);
    policy.backoff = {seconds(1), seconds(2)};
    policy.budgets = {{6, hours(1)}};
    policy.reset_after = seconds(2);
    setup.governors.push_back({"g" + n, policy});
  }
  return setup;
}

bool soaks() {
  return std::getenv("HEALD_SOAK") != nullptr;
}

// How many states are expanded: a few thousand in an ordinary run, more in scripts/soak.
std::size_t limit() {
  return soaks() ? 200'000 : 2'000;
}

struct Node {
  std::size_t parent = 0;
  Move move{Kind::kSecond};
  int depth = 0;
  int disturbances = 0;
};

class EngineExplorer {
 public:
  EngineExplorer(engine::Setup setup, engine::Setup other, Checks checks = Checks::kAtOnce)
      : setup_(setup), other_(other), checks_(checks) {}

  void run(const char* name, std::size_t limit) {
    const auto began = std::chrono::steady_clock::now();
    nodes_.push_back({});
    known_.emplace(EngineWorld(setup_, other_, checks_).key(), 0);
    std::size_t next = 0;
    for (; next < nodes_.size() && next < limit && violation_.empty(); ++next) {
      expand(next);
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    std::printf("%-40s %6zu states %7zu transitions %6zu starts, %s to depth %d, %.1f s\n", name,
                nodes_.size(), transitions_, starts_, next == nodes_.size() ? "all" : "first",
                nodes_[next - 1].depth, took.count());
    EXPECT_TRUE(violation_.empty()) << name << "\nviolated: " << violation_ << "\nby: " << story_;
    EXPECT_GT(starts_, 0u) << "an exploration in which nothing starts proves nothing";
  }

 private:
  std::vector<Move> pathTo(std::size_t node) const {
    std::vector<Move> path;
    for (; node != 0; node = nodes_[node].parent) {
      path.push_back(nodes_[node].move);
    }
    return {path.rbegin(), path.rend()};
  }

  EngineWorld reach(const std::vector<Move>& path) const {
    EngineWorld world(setup_, other_, checks_);
    for (const Move& move : path) {
      world.apply(move);
    }
    return world;
  }

  void expand(std::size_t node) {
    const std::vector<Move> path = pathTo(node);
    for (const Move& move : reach(path).moves()) {
      const int disturbances = nodes_[node].disturbances + (disturbs(move) ? 1 : 0);
      if (!violation_.empty() || disturbances > most_disturbances_) {
        continue;
      }
      EngineWorld world = reach(path);
      const std::size_t before = world.started();
      world.apply(move);
      ++transitions_;
      starts_ += world.started() - before;
      judge(world, path, move);
      const auto [entry, is_new] =
          known_.emplace(world.key() + "#" + std::to_string(disturbances), nodes_.size());
      if (is_new) {
        nodes_.push_back({node, move, nodes_[node].depth + 1, disturbances});
        world.expectProgress(nodes_.size());
        judge(world, path, move);
      }
    }
  }

  void judge(const EngineWorld& world, const std::vector<Move>& path, const Move& last) {
    if (violation_.empty() && !world.violation().empty()) {
      violation_ = world.violation();
      for (const Move& move : path) {
        story_ += toString(move) + ", ";
      }
      story_ += toString(last);
    }
  }

  engine::Setup setup_;
  engine::Setup other_;
  Checks checks_;
  std::vector<Node> nodes_;
  std::unordered_map<std::string, std::size_t> known_;
  int most_disturbances_ = soaks() ? 2 : 1;
  std::size_t transitions_ = 0;
  std::size_t starts_ = 0;
  std::string violation_;
  std::string story_;
};

engine::Setup withoutLast(engine::Setup setup) {
  setup.remedies.pop_back();
  return setup;
}

TEST(EngineStates, OfOneRemedyKeepEveryStatement) {
  engine::Setup other = setupOf(1);
  other.governors[0].policy.max_consecutive_failures = 3;
  other.remedies[0].steps = {0, 5, 6};  // what has been reached stays
  EngineExplorer(setupOf(1), other).run("one remedy", limit());
}

TEST(EngineStates, WhileChecksTakeTimeKeepEveryStatement) {
  EngineExplorer(setupOf(1), setupOf(1), Checks::kTakeTime).run("one remedy, slow", limit());
  engine::Setup setup = setupOf(2);
  setup.remedies[1].governor = "g0";
  EngineExplorer(setup, setup, Checks::kTakeTime).run("two, one governor, slow", limit());
}

TEST(EngineStates, OfTwoRemediesUnderOneGovernorKeepEveryStatement) {
  engine::Setup setup = setupOf(2);
  setup.remedies[1].governor = "g0";
  EngineExplorer(setup, withoutLast(setup)).run("two remedies, one governor", limit());
}

TEST(EngineStates, OfOverlappingAttemptsKeepEveryStatement) {
  engine::Setup setup = setupOf(2);
  setup.remedies[1].governor = "g0";
  setup.governors[0].policy.max_in_flight = 2;
  setup.governors[0].policy.breaker.half_open_max_attempts = 2;
  EngineExplorer(setup, withoutLast(setup)).run("two remedies, one governor, C=2, H=2", limit());
}

TEST(EngineStates, OfAChildAndItsParentKeepEveryStatement) {
  engine::Setup setup = setupOf(2);
  setup.checks[1].depends_on = {"c0"};
  setup.healing.max_concurrent = 1;
  EngineExplorer(setup, setup).run("a parent and its child, one at a time", limit());
}

TEST(EngineStates, OfRemediesThatAnswerToDifferentStatesOfOneCheckKeepEveryStatement) {
  engine::Setup setup = setupOf(2);
  setup.checks.pop_back();
  setup.remedies[1].check = "c0";
  setup.remedies[1].on = {.warning = true, .critical = true};
  EngineExplorer(setup, withoutLast(setup)).run("critical, and warning or critical", limit());
}

// An action may start while another attempt is verified, and no third attempt while both are.
TEST(EngineStates, OfAttemptsThatAreOnlyVerifiedKeepEveryStatement) {
  engine::Setup setup = setupOf(3);
  for (engine::RemedySpec& remedy : setup.remedies) {
    remedy.verify = {seconds(0), seconds(2)};
  }
  setup.healing.max_concurrent = 1;
  setup.healing.max_unverified = 2;
  EngineExplorer(setup, withoutLast(setup)).run("three, one action, two unverified", limit());
}

TEST(EngineStates, OfThreeRemediesKeepEveryStatement) {
  engine::Setup setup = setupOf(3);
  setup.healing.max_concurrent = 2;
  setup.healing.storm_brake = {3, 70};
  setup.remedies[2].observe = true;
  EngineExplorer(setup, withoutLast(setup))
      .run("three, one of them observed, storm brake", limit());
}

}  // namespace
}  // namespace heald::proof
