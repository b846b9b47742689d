#include "core/circuit_breaker.h"

#include <gtest/gtest.h>

namespace heald::core {
namespace {

using std::chrono::seconds;

constexpr BootTime at(int second) {
  return BootTime{seconds(second)};
}

TEST(CircuitBreaker, ReadsAsHalfOpenFromItsDeadlineOn) {
  CircuitBreaker breaker;
  breaker.openUntil(at(60));
  EXPECT_EQ(breaker.reads(at(59)), BreakerState::kOpen);
  EXPECT_EQ(breaker.reads(at(60)), BreakerState::kHalfOpen);
  EXPECT_EQ(breaker.state, BreakerState::kOpen) << "asking changes nothing";
}

TEST(CircuitBreaker, AdmitsAtMostHTrialsInAHalfOpenPeriod) {
  for (int h = 1; h <= 3; ++h) {
    BreakerPolicy policy;
    policy.half_open_max_attempts = h;
    CircuitBreaker breaker;
    breaker.openUntil(at(0));
    for (int trial = 0; trial < h; ++trial) {
      EXPECT_TRUE(breaker.admitsTrial(policy, at(0)));
      breaker.admit(at(0));
    }
    EXPECT_FALSE(breaker.admitsTrial(policy, at(1000)));
    EXPECT_EQ(breaker.state, BreakerState::kHalfOpen);
  }
}

TEST(CircuitBreaker, CountsAGenerationAtEveryChangeOfStateAndOnlyThere) {
  CircuitBreaker breaker;
  breaker.close();
  EXPECT_EQ(breaker.generation, 0u) << "closed already";
  breaker.openUntil(at(10));
  EXPECT_EQ(breaker.generation, 1u);
  breaker.admit(at(5));
  EXPECT_EQ(breaker.generation, 1u) << "nothing is admitted before the deadline";
  breaker.admit(at(10));
  EXPECT_EQ(breaker.generation, 2u);
  breaker.openPermanently();
  EXPECT_EQ(breaker.generation, 3u);
  breaker.close();
  EXPECT_EQ(breaker.generation, 4u);
}

TEST(CircuitBreaker, ForgetsItsTrialsWhenItsStateChanges) {
  CircuitBreaker breaker;
  breaker.openUntil(at(0));
  breaker.admit(at(0));
  breaker.half_open_succeeded = 1;
  breaker.openUntil(at(60));
  EXPECT_EQ(breaker.half_open_admitted, 0);
  EXPECT_EQ(breaker.half_open_succeeded, 0);
}

TEST(CircuitBreaker, HasTheFixedNames) {
  EXPECT_EQ(toString(BreakerState::kClosed), "CLOSED");
  EXPECT_EQ(toString(BreakerState::kOpen), "OPEN");
  EXPECT_EQ(toString(BreakerState::kHalfOpen), "HALF_OPEN");
  EXPECT_EQ(toString(BreakerState::kPermanentOpen), "PERMANENT_OPEN");
  EXPECT_EQ(toLabel(BreakerState::kPermanentOpen), "permanent_open");
}

TEST(CircuitBreaker, KeepsItsDeadlineOnlyWhileItIsOpen) {
  CircuitBreaker breaker;
  breaker.openUntil(at(60));
  EXPECT_EQ(breaker.open_until, at(60));
  breaker.admit(at(60));
  EXPECT_EQ(breaker.open_until, BootTime{});
  breaker.openUntil(at(120));
  breaker.openPermanently();
  EXPECT_EQ(breaker.open_until, BootTime{});
}

TEST(CircuitBreaker, AdmitsNoTrialUnlessItReadsAsHalfOpen) {
  CircuitBreaker breaker;
  EXPECT_FALSE(breaker.admitsTrial({}, at(0))) << "closed";
  breaker.admit(at(0));
  EXPECT_EQ(breaker.half_open_admitted, 0) << "what starts while it is closed is no trial";
  breaker.openUntil(at(60));
  EXPECT_FALSE(breaker.admitsTrial({}, at(59)));
  EXPECT_TRUE(breaker.admitsTrial({}, at(60)));
  breaker.openPermanently();
  EXPECT_FALSE(breaker.admitsTrial({}, at(1000)));
}

}  // namespace
}  // namespace heald::core
