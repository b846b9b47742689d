#include "http/auth_failures.h"

#include <gtest/gtest.h>

namespace heald::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

core::BootTime at(double second) {
  return core::BootTime(milliseconds(static_cast<long>(second * 1000)));
}

class AuthFailuresTest : public testing::Test {
 protected:
  std::optional<AuthFailures::Report> wrong(const std::string& address, double second) {
    return failures_.note({AuthFault::kWrong, address, "POST /api/reload"}, at(second));
  }
  AuthFailures failures_;
};

TEST_F(AuthFailuresTest, AreToldAtOnceAndThenOnceAMinuteWithTheirNumber) {
  const auto first = wrong("127.0.0.1", 0);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->address, "127.0.0.1");
  EXPECT_EQ(first->calls, 1u);
  EXPECT_EQ(first->last_call, "POST /api/reload");
  for (int i = 1; i < 60; ++i) EXPECT_FALSE(wrong("127.0.0.1", i)) << i;
  const auto second = wrong("127.0.0.1", 60);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->calls, 60u);
  EXPECT_EQ(failures_.count(AuthFault::kWrong), 61u);
}

TEST_F(AuthFailuresTest, AreToldWhenTheMinuteIsOverAlsoWhenNothingMoreComes) {
  EXPECT_TRUE(wrong("127.0.0.1", 0));
  EXPECT_TRUE(failures_.due(at(59)).empty());
  for (int i = 0; i < 1000; ++i) wrong("127.0.0.1", 30);
  EXPECT_TRUE(failures_.due(at(59)).empty());
  const auto due = failures_.due(at(60));
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].calls, 1000u);
  EXPECT_TRUE(failures_.due(at(600)).empty());
  EXPECT_FALSE(wrong("127.0.0.1", 61)) << "a minute counts from the last time it was told";
  EXPECT_EQ(failures_.rest().size(), 1u);
  EXPECT_TRUE(failures_.rest().empty());
}

TEST_F(AuthFailuresTest, OfMissingTokensAreCountedAndNotTold) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(failures_.note({AuthFault::kMissing, "127.0.0.1", "POST /api/reload"}, at(i)));
  }
  EXPECT_EQ(failures_.count(AuthFault::kMissing), 3u);
  EXPECT_EQ(failures_.count(AuthFault::kWrong), 0u);
  EXPECT_TRUE(failures_.rest().empty());
}

TEST_F(AuthFailuresTest, OfAnyNumberOfAddressesAreNineLinesAMinuteAtMost) {
  std::size_t told = 0;
  for (int i = 0; i < 100'000; ++i) {
    told += wrong("127.1." + std::to_string(i), 59.0 * i / 100'000) ? 1 : 0;
  }
  EXPECT_EQ(told, AuthFailures::kMostAddresses + 1);
  const auto due = failures_.due(at(120));
  ASSERT_EQ(due.size(), 1u) << "the eight told all that they did";
  EXPECT_EQ(due[0].address, AuthFailures::kOthers);
  EXPECT_EQ(due[0].calls, 100'000 - told);
  EXPECT_EQ(failures_.count(AuthFault::kWrong), 100'000u);
}

TEST_F(AuthFailuresTest, OfAQuietAddressMakeRoomForAnother) {
  for (std::size_t i = 0; i < AuthFailures::kMostAddresses; ++i) {
    wrong("127.0.0." + std::to_string(i), 0);
  }
  const auto later = wrong("127.9.9.9", 61);
  ASSERT_TRUE(later);
  EXPECT_EQ(later->address, "127.9.9.9");
}

}  // namespace
}  // namespace heald::http
