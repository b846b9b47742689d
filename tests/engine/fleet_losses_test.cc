#include "engine/fleet_losses.h"

#include <gtest/gtest.h>

namespace heald::engine {
namespace {

using Names = std::vector<std::string>;

// A fleet of three, which stops when two are lost.
struct Yard {
  Yard() {
    GovernorSpec spec{"reboots", {}};
    spec.policy.max_consecutive_failures = 2;
    spec.fleet = std::make_shared<const Fleet>(Fleet{{"a", "b", "c"}, {}});
    governors.reconfigure({spec});
  }
  void ended(const std::string& member, PermitState state) {
    Permit permit;
    permit.id = std::to_string(++tickets);
    permit.governor = "reboots";
    permit.attempt = tickets;
    permit.member = member;
    permit.state = state;
    members.moved(nullptr, &permit);
  }

  Governors governors{{}};
  FleetMembers members;
  FleetLosses losses{governors, members};
  std::uint64_t tickets = 0;
};

TEST(FleetLosses, AreTheDeclaredMembersWhoseLastPermitHasFailed) {
  Yard yard;
  yard.ended("b", PermitState::kExpired);
  yard.ended("a", PermitState::kFailed);
  yard.ended("c", PermitState::kFailed);
  yard.ended("c", PermitState::kOk);
  yard.ended("stranger", PermitState::kFailed);
  EXPECT_EQ(yard.losses.of(0), (Names{"a", "b"}));
}

TEST(FleetLosses, StopTheGovernorWhenThereAreTooMany) {
  Yard yard;
  yard.ended("a", PermitState::kFailed);
  yard.losses.stopWhenTooMany(0, {});
  EXPECT_FALSE(yard.governors.proposed());
  yard.ended("c", PermitState::kExpired);
  yard.losses.stopWhenTooMany(0, {});
  ASSERT_TRUE(yard.governors[0].state().dormant());
  EXPECT_EQ(yard.governors[0].state().dormancy->reason,
            "2 members have failed or not come back: a, c");
}

TEST(FleetLosses, ASnapshotHasEachFleetWithItsLimit) {
  Yard yard;
  yard.ended("a", PermitState::kFailed);
  Snapshot snapshot;
  yard.losses.fill(snapshot);
  ASSERT_EQ(snapshot.fleets.size(), 1u);
  EXPECT_EQ(snapshot.fleets[0].declared, 3u);
  EXPECT_EQ(snapshot.fleets[0].lost, Names{"a"});
  EXPECT_EQ(snapshot.fleets[0].lost_limit, 2);
}

TEST(FleetLosses, AGovernorWithoutAFleetHasNone) {
  Governors governors{{{"main", {}}}};
  const FleetMembers members;
  const FleetLosses losses{governors, members};
  EXPECT_TRUE(losses.of(0).empty());
}

}  // namespace
}  // namespace heald::engine
