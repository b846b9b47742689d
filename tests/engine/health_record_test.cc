#include "engine/health_record.h"

#include <gtest/gtest.h>

namespace heald::engine {
namespace {

using core::Health;
using std::chrono::hours;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr core::BootTime kMinute{hours(1)};  // when one begins

// Ten changes in the first seconds of that minute, the last one to healthy.
HealthRecord afterTenChanges() {
  HealthRecord record;
  for (int i = 0; i < HealthRecord::kMost; ++i) {
    (void)record.observe(i % 2 == 0 ? Health::kUnhealthy : Health::kHealthy, kMinute + seconds(i));
  }
  return record;
}

TEST(HealthRecord, TellsAChangeWithWhatWasBeforeAndNothingWithoutOne) {
  HealthRecord record;
  const auto unknown = record.observe(Health::kUnknown, kMinute);
  ASSERT_TRUE(unknown) << "it has a reason";
  EXPECT_EQ(unknown->left_out, 0);
  EXPECT_FALSE(record.observe(Health::kUnknown, kMinute));
  const auto first = record.observe(Health::kHealthy, kMinute);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->from, Health::kUnknown);
  EXPECT_EQ(first->to, Health::kHealthy);
  EXPECT_EQ(first->left_out, 0);
  EXPECT_FALSE(record.observe(Health::kHealthy, kMinute));
  const auto second = record.observe(Health::kUnhealthy, kMinute);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->from, Health::kHealthy);
}

TEST(HealthRecord, TellsTheTenthChangeOfAMinuteAndNotTheEleventh) {
  HealthRecord record;
  for (int i = 0; i < HealthRecord::kMost; ++i) {
    EXPECT_TRUE(record.observe(i % 2 == 0 ? Health::kUnhealthy : Health::kHealthy, kMinute)) << i;
  }
  EXPECT_FALSE(record.observe(Health::kUnhealthy, kMinute));
}

TEST(HealthRecord, AMinuteIsOverAfterSixtySecondsAndTheNextHasTenAgain) {
  HealthRecord record = afterTenChanges();
  const core::BootTime next = kMinute + seconds(60);
  EXPECT_FALSE(record.observe(Health::kUnhealthy, next - nanoseconds(1)));
  for (int i = 0; i < HealthRecord::kMost; ++i) {
    const Health health = i % 2 == 0 ? Health::kUnknown : Health::kHealthy;
    EXPECT_TRUE(record.observe(health, next + seconds(i))) << i;
  }
  EXPECT_FALSE(record.observe(Health::kUnknown, next + seconds(59)));
  EXPECT_TRUE(record.observe(Health::kUnknown, next + seconds(60)));
}

TEST(HealthRecord, TheChangeThatIsToldAtLastIsNoneOfThoseLeftOut) {
  HealthRecord record = afterTenChanges();
  EXPECT_FALSE(record.observe(Health::kUnhealthy, kMinute + seconds(20)));
  EXPECT_FALSE(record.observe(Health::kUnhealthy, kMinute + seconds(21))) << "no change, no count";
  EXPECT_FALSE(record.observe(Health::kUnknown, kMinute + seconds(22)));
  const auto told = record.observe(Health::kUnknown, kMinute + seconds(61));
  ASSERT_TRUE(told);
  EXPECT_EQ(told->from, Health::kHealthy);
  EXPECT_EQ(told->to, Health::kUnknown);
  EXPECT_EQ(told->left_out, 1);
}

TEST(HealthRecord, AChangeBeyondThoseLeftOutIsToldWithAllOfThem) {
  HealthRecord record = afterTenChanges();
  EXPECT_FALSE(record.observe(Health::kUnhealthy, kMinute + seconds(20)));
  EXPECT_FALSE(record.observe(Health::kHealthy, kMinute + seconds(22)));
  const auto told = record.observe(Health::kUnknown, kMinute + seconds(61));
  ASSERT_TRUE(told);
  EXPECT_EQ(told->left_out, 2);
  const auto next = record.observe(Health::kHealthy, kMinute + seconds(62));
  ASSERT_TRUE(next);
  EXPECT_EQ(next->left_out, 0) << "they are told once";
}

TEST(HealthRecord, AChangeBackToWhatWasToldIsLeftOutLikeThoseBeforeIt) {
  HealthRecord record = afterTenChanges();
  EXPECT_FALSE(record.observe(Health::kUnhealthy, kMinute + seconds(20)));
  EXPECT_FALSE(record.observe(Health::kHealthy, kMinute + seconds(61)));
  EXPECT_FALSE(record.observe(Health::kHealthy, kMinute + seconds(62)));
  const auto told = record.observe(Health::kUnhealthy, kMinute + seconds(63));
  ASSERT_TRUE(told);
  EXPECT_EQ(told->left_out, 2);
}

}  // namespace
}  // namespace heald::engine
