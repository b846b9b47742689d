// Every state that a governor can reach, at the defaults and under 36 small policies, with every
// event in every state: docs/governor.md, "What follows".
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <string>

#include "proof/explorer.h"

namespace heald::proof {
namespace {

using std::chrono::seconds;

struct Sum {
  int variants = 0;
  std::size_t states = 0;
  std::size_t transitions = 0;
  std::size_t admissions = 0;
};

// Prints what was explored, and fails with the shortest way to a violation.
Exploration explore(const std::string& name, const core::GovernorPolicy& policy, bool exact_budgets,
                    Sum& sum) {
  const auto began = std::chrono::steady_clock::now();
  Explorer explorer(policy, {.exact_budgets = exact_budgets});
  const Exploration found = explorer.run();
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;
  std::printf("%-44s %8zu states %9zu transitions %6.0f ms, at most %d of %d attempts\n",
              name.c_str(), found.states, found.transitions, took.count(), found.most_attempts,
              core::attemptBound(policy));
  EXPECT_FALSE(found.violation) << name << "\nviolated: " << found.violation->statement
                                << "\nby: " << found.violation->story();
  EXPECT_TRUE(found.complete) << name;
  sum.variants += 1;
  sum.states += found.states;
  sum.transitions += found.transitions;
  sum.admissions += found.admissions;
  return found;
}

core::GovernorPolicy smallPolicy(int h, int c, int n, int p, bool budgets) {
  core::GovernorPolicy policy;
  policy.max_consecutive_failures = n;
  policy.breaker = {2, seconds(2), h, p};
  policy.max_in_flight = c;
  policy.backoff = {seconds(1), seconds(3)};
  policy.budgets.clear();
  if (budgets) {
    policy.budgets = {{2, seconds(2)}, {3, seconds(4)}};
  }
  return policy;
}

TEST(GovernorStates, KeepEveryStatementAtTheDefaults) {
  Sum sum;
  const Exploration found = explore("defaults, ticks of 5s", {}, false, sum);
  EXPECT_EQ(found.most_attempts, 10);
  EXPECT_GT(found.states, 17'000u);
  EXPECT_GT(found.admissions, 100u);
}

// Attempts that overlap, and trials that succeed, at the other defaults.
TEST(GovernorStates, KeepEveryStatementNearTheDefaults) {
  Sum sum;
  core::GovernorPolicy trials;
  trials.breaker.half_open_max_attempts = 2;
  EXPECT_EQ(explore("defaults with H=2", trials, false, sum).most_attempts, 20);
  core::GovernorPolicy overlapping;
  overlapping.max_in_flight = 2;
  EXPECT_EQ(explore("defaults with C=2", overlapping, false, sum).most_attempts, 11);
}

TEST(GovernorStates, KeepEveryStatementUnderSmallPolicies) {
  Sum sum;
  for (const int h : {1, 2, 3}) {
    for (const int c : {1, 2}) {
      for (const int p : {2, 3, 4}) {
        for (const bool budgets : {false, true}) {
          const std::string name = "H=" + std::to_string(h) + " C=" + std::to_string(c) +
                                   " N=3 P=" + std::to_string(p) +
                                   (budgets ? " budgets of 2 in 2s, 3 in 4s" : " no budgets");
          explore(name, smallPolicy(h, c, 3, p, budgets), budgets, sum);
        }
      }
    }
  }
  std::printf("%d variants: %zu states, %zu transitions, %zu of them admit an attempt\n",
              sum.variants, sum.states, sum.transitions, sum.admissions);
  EXPECT_EQ(sum.variants, 36);
  EXPECT_GT(sum.admissions, 1'000u) << "an exploration in which nothing starts proves nothing";
}

}  // namespace
}  // namespace heald::proof
