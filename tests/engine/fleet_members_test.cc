#include "engine/fleet_members.h"

#include <gtest/gtest.h>

namespace heald::engine {
namespace {

Permit permit(std::uint64_t attempt, PermitState state, const std::string& member = "a") {
  Permit made;
  made.id = "id-" + std::to_string(attempt);
  made.governor = "fleet";
  made.attempt = attempt;
  made.epoch = 7;
  made.state = state;
  made.member = member;
  return made;
}

void change(FleetMembers& members, const Permit& before, const Permit& after) {
  members.moved(&before, &after);
}

TEST(FleetMembers, HoldThePermitThatIsOutstanding) {
  FleetMembers members;
  const Permit given = permit(1, PermitState::kOutstanding);
  members.moved(nullptr, &given);
  EXPECT_EQ(members.held("fleet", "a"), "id-1");
  EXPECT_EQ(members.held("fleet", "b"), "");
  EXPECT_EQ(members.held("another", "a"), "");
  change(members, given, permit(1, PermitState::kOk));
  EXPECT_EQ(members.held("fleet", "a"), "");
  EXPECT_EQ(members.last("fleet", "a"), "id-1");
}

TEST(FleetMembers, HaveFailedWhenTheirLastPermitHas) {
  FleetMembers members;
  const Permit first = permit(1, PermitState::kOutstanding);
  members.moved(nullptr, &first);
  change(members, first, permit(1, PermitState::kExpired));
  ASSERT_EQ(members.failed("fleet").size(), 1u);
  EXPECT_EQ(members.failed("fleet").at("a"), 7u) << "with the epoch of its ticket";
  const Permit second = permit(2, PermitState::kOutstanding);
  members.moved(nullptr, &second);
  EXPECT_TRUE(members.failed("fleet").empty()) << "it is under way again";
  change(members, second, permit(2, PermitState::kOk));
  EXPECT_TRUE(members.failed("fleet").empty());
}

TEST(FleetMembers, AreAsTheyWereWhenAPermitIsUndone) {
  FleetMembers members;
  const Permit failed = permit(1, PermitState::kFailed);
  members.moved(nullptr, &failed);
  const Permit given = permit(2, PermitState::kOutstanding);
  members.moved(nullptr, &given);
  members.moved(&given, nullptr);
  EXPECT_EQ(members.last("fleet", "a"), "id-1");
  EXPECT_EQ(members.held("fleet", "a"), "");
  EXPECT_EQ(members.failed("fleet").size(), 1u);
  members.moved(&failed, nullptr);
  EXPECT_EQ(members.last("fleet", "a"), "");
  EXPECT_TRUE(members.failed("fleet").empty());
}

TEST(FleetMembers, HoldWhatIsOutstandingAlsoWhenTicketsBeganAnew) {
  FleetMembers members;
  const Permit old = permit(90, PermitState::kOk);
  members.moved(nullptr, &old);
  const Permit given = permit(1, PermitState::kOutstanding);
  members.moved(nullptr, &given);
  EXPECT_EQ(members.held("fleet", "a"), "id-1");
}

}  // namespace
}  // namespace heald::engine
