#include "engine/permit_asks.h"

#include <gtest/gtest.h>

namespace heald::engine {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

core::Now after(core::Duration time) {
  return {core::BootTime(minutes(60) + time), core::WallTime(std::chrono::hours(490'000) + time)};
}

const ApprovalKey kBackup{"backup", "", 0};
const RequestPermit kNightly{"backup", minutes(10), "nightly", "cron"};

TEST(PermitAsks, AreNewWhenNobodyHasAskedForAWhile) {
  PermitAsks asks;
  EXPECT_TRUE(asks.ask(kBackup, kNightly, after(seconds(0))));
  EXPECT_FALSE(asks.ask(kBackup, kNightly, after(PermitAsks::kAsksFor)));
  EXPECT_FALSE(asks.ask(kBackup, kNightly, after(2 * PermitAsks::kAsksFor)));
  EXPECT_TRUE(asks.ask(kBackup, kNightly, after(3 * PermitAsks::kAsksFor + seconds(1))));
  asks.given(kBackup);
  EXPECT_TRUE(asks.ask(kBackup, kNightly, after(3 * PermitAsks::kAsksFor + seconds(2))));
}

TEST(PermitAsks, AreShownWhereTheGovernorStillNeedsApprovals) {
  PermitAsks asks;
  asks.ask(kBackup, kNightly, after(seconds(0)));
  GovernorSpec spec{"backup", {}};
  const auto shown = [&](bool approval) {
    spec.approval = approval;
    GovernorList governors;
    governors.take({spec});
    Snapshot s;
    s.taken = after(seconds(1));
    asks.fill(s, governors);
    return s.approvals_wanted.size();
  };
  EXPECT_EQ(shown(true), 1U);
  EXPECT_EQ(shown(false), 0U);
}

}  // namespace
}  // namespace heald::engine
