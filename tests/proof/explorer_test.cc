// The explorer itself: it finds planted faults, and the shortest way to each.
#include "proof/explorer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace heald::proof {
namespace {

using core::BreakerState;
using core::GovernorState;
using std::chrono::seconds;

core::GovernorPolicy smallPolicy() {
  core::GovernorPolicy policy;
  policy.max_consecutive_failures = 3;
  policy.breaker = {2, seconds(2), 2, 4};
  policy.backoff = {seconds(1), seconds(2)};
  policy.budgets.clear();
  return policy;
}

Violation findFault(ExplorerOptions::Fault fault, int max_in_flight = 1) {
  core::GovernorPolicy policy = smallPolicy();
  policy.max_in_flight = max_in_flight;
  const Exploration found = Explorer(policy, {.fault = std::move(fault)}).run();
  EXPECT_FALSE(found.complete);
  return found.violation.value_or(Violation{"nothing was found", {}});
}

TEST(Explorer, FindsNoViolationInTheProductionGovernor) {
  const Exploration found = Explorer(smallPolicy()).run();
  EXPECT_TRUE(found.complete);
  EXPECT_FALSE(found.violation);
  EXPECT_EQ(found.most_attempts, core::attemptBound(smallPolicy()));
}

// The fault that the design warns of: with H > 1, a remedy that fails every second trial would go
// on for ever.
TEST(Explorer, FindsCountsThatAnyTrialsSuccessClears) {
  const Violation found =
      findFault([](Event event, const GovernorState& before, GovernorState& after) {
        if (event == Event::kPresentOk && before.breaker.state == BreakerState::kHalfOpen &&
            !before.dormant()) {
          after.consecutive_failures = 0;
          after.breaker.failures = 0;
        }
      });
  EXPECT_EQ(found.statement, "a success in HALF_OPEN clears nothing before the H-th");
  EXPECT_EQ(found.story(),
            "an attempt is wanted, an attempt fails, a tick passes, an attempt is wanted, "
            "an attempt fails, retry, an attempt is wanted, an attempt is ok");
}

TEST(Explorer, PrintsTheShortestWayToAFault) {
  const Violation found =
      findFault([](Event event, const GovernorState& before, GovernorState& after) {
        if (event == Event::kPresentFails && before.consecutive_failures == 2) {
          after.dormancy.reset();  // N is forgotten
        }
      });
  EXPECT_EQ(found.statement, "5: it is dormant at N, at P, or by its error");
  EXPECT_EQ(found.story(),
            "an attempt is wanted, an attempt fails, a tick passes, an attempt is wanted, "
            "an attempt fails, retry, an attempt is wanted, an attempt fails");
}

struct Planted {
  const char* what;
  const char* statement;
  ExplorerOptions::Fault fault;
};

// One for each of the statements that concern a governor.
const std::vector<Planted>& planted() {
  static const std::vector<Planted> kPlanted = {
      {"a wait that a reboot shortens", "10: a boot neither shortens nor lengthens a wait",
       [](Event event, const GovernorState&, GovernorState& after) {
         if (event == Event::kRebootBackwards && after.consecutive_failures > 0) {
           after.next_allowed_at = core::BootTime{};
         }
       }},
      {"a reset that wakes", "3: only a human resume leaves DORMANT",
       [](Event event, const GovernorState&, GovernorState& after) {
         if (event == Event::kForcedReset) {
           after.dormancy.reset();
         }
       }},
      {"a retry that forgives", "a retry leaves counts, budgets and what is in flight",
       [](Event event, const GovernorState&, GovernorState& after) {
         if (event == Event::kRetry) {
           after.consecutive_failures = 0;
         }
       }},
      {"a retry that wakes", "3: only a human resume leaves DORMANT",
       [](Event event, const GovernorState&, GovernorState& after) {
         if (event == Event::kRetry) {
           after.dormancy.reset();
         }
       }},
      {"a late success that closes", "7: a late success changes nothing but totals",
       [](Event event, const GovernorState& before, GovernorState& after) {
         if (event == Event::kLateOk && !before.dormant()) {
           after.breaker.close();
         }
       }},
      {"an old epoch that counts",
       "7: a result of an old epoch, or while dormant, changes nothing but totals",
       [](Event event, const GovernorState&, GovernorState& after) {
         if (event == Event::kOutdatedFails) {
           ++after.consecutive_failures;
         }
       }},
      {"an attempt that a crash forgets", "8: a boot changes nothing but deadlines",
       [](Event event, const GovernorState&, GovernorState& after) {
         if (event == Event::kCrash && !after.in_flight.empty()) {
           after.in_flight.pop_back();
           ++after.totals.failures;
         }
       }},
      {"a result that is counted twice", "9: every attempt is in flight or counted, once",
       [](Event event, const GovernorState&, GovernorState& after) {
         if (event == Event::kPresentFails) {
           ++after.totals.failures;
         }
       }},
      {"ACTIVE and PERMANENT_OPEN", "the state is one that a store may hold",
       [](Event event, const GovernorState&, GovernorState& after) {
         if (event == Event::kPresentMatches) {
           after.dormancy.reset();
         }
       }},
      {"a human who lengthens a wait", "entering dormant mode changes nothing else",
       [](Event event, const GovernorState& before, GovernorState& after) {
         if (event == Event::kEnterDormant && before.dormant()) {
           after.next_allowed_at += seconds(1);
         }
       }},
  };
  return kPlanted;
}

TEST(Explorer, FindsAFaultOfEachKind) {
  for (const Planted& planted : planted()) {
    const Violation found = findFault(planted.fault, 2);
    EXPECT_EQ(found.statement, planted.statement) << planted.what << ": " << found.story();
    EXPECT_FALSE(found.path.empty()) << planted.what;
  }
}

TEST(Explorer, GivesUpWhenThereAreTooManyStates) {
  const Exploration found = Explorer({}, {.max_states = 1000}).run();
  EXPECT_FALSE(found.complete);
  EXPECT_FALSE(found.violation);
  EXPECT_GT(found.states, 1000u);
}

TEST(Explorer, TellsHowEarlyEachAttemptCanStart) {
  Explorer explorer({});
  ASSERT_TRUE(explorer.run().complete);
  std::vector<long> starts;
  for (const core::Duration start : explorer.earliestStarts()) {
    starts.push_back(static_cast<long>(start / seconds(1)));
  }
  EXPECT_EQ(starts, (std::vector<long>{0, 5, 15, 75, 135, 215, 375, 695, 1295, 1895}));
}

TEST(Explorer, TicksDivideEveryDuration) {
  EXPECT_EQ(tickOf({}, false), seconds(5));
  core::GovernorPolicy policy;
  policy.breaker.open_for = seconds(61);
  EXPECT_EQ(tickOf(policy, false), seconds(1));
  policy.budgets = {{1, std::chrono::milliseconds(1500)}};
  EXPECT_EQ(tickOf(policy, true), std::chrono::milliseconds(500));
  EXPECT_EQ(tickOf(policy, false), seconds(1));
}

}  // namespace
}  // namespace heald::proof
