// Who there is, and who is found by what.
#include "engine/roster.h"

#include <gtest/gtest.h>

namespace heald::engine {
namespace {

Remedy remedyFor(const std::string& name, int check, int governor) {
  Remedy remedy;
  remedy.spec.name = name;
  remedy.check = check;
  remedy.governor = governor;
  return remedy;
}

Remedy targetOf(int base, const std::string& target, int governor) {
  Remedy remedy;
  remedy.base = base;
  remedy.target = target;
  remedy.governor = governor;
  return remedy;
}

// Two with a check under one governor, and one for alerts under another.
Roster three() {
  Roster roster;
  roster.clear(2);
  roster.add(remedyFor("a", 0, 0));
  roster.add(remedyFor("b", 1, 0));
  Remedy by_alert = remedyFor("c", -1, 1);
  by_alert.spec.alert.matchers = {{"alertname", "Down"}};
  roster.add(by_alert);
  return roster;
}

TEST(Roster, FindsTheConfiguredOnesByNameCheckAndGovernor) {
  const Roster roster = three();
  EXPECT_EQ(roster.indexOf("b"), 1);
  EXPECT_EQ(roster.indexOf("d"), -1);
  EXPECT_EQ(roster.names(), "a, b, c");
  EXPECT_EQ(roster.ofCheck(1), std::vector<int>{1});
  EXPECT_EQ(roster.ofGovernor(0), (std::vector<int>{0, 1}));
  EXPECT_EQ(roster.watchedBy(0).size(), 2u);
  EXPECT_EQ(roster.alertedOf(1), std::vector<int>{2});
  EXPECT_TRUE(roster.alertedOf(0).empty());
  EXPECT_TRUE(roster.ofGovernor(7).empty()) << "a governor that nobody is under";
}

TEST(Roster, ATargetHasAPlaceThatAnotherTakesWhenItLeaves) {
  Roster roster = three();
  EXPECT_EQ(roster.serving(2, ""), 2) << "without a target it serves itself";
  EXPECT_EQ(roster.serving(2, "x"), -1);
  roster.serve(3, targetOf(2, "x", 2));
  roster.serve(4, targetOf(2, "w", 3));
  EXPECT_EQ(roster.serving(2, "x"), 3);
  EXPECT_EQ(roster.targetsOf(2), (std::vector<int>{4, 3})) << "by target";
  EXPECT_EQ(roster.configured(), 3u);
  EXPECT_TRUE(roster.leave(3)) << "nobody else is under its governor";
  EXPECT_EQ(roster.serving(2, "x"), -1);
  EXPECT_TRUE(roster.ofGovernor(2).empty());
  roster.serve(3, targetOf(2, "y", 2));
  EXPECT_EQ(roster.serving(2, "y"), 3);
  EXPECT_EQ(roster.size(), 5u);
}

TEST(Roster, TwoRemediesUnderOneGovernorShareTheGovernorOfATarget) {
  Roster roster = three();
  roster.serve(3, targetOf(1, "x", 2));
  roster.serve(4, targetOf(2, "x", 2));
  EXPECT_EQ(roster.ofGovernor(2), (std::vector<int>{3, 4}));
  EXPECT_FALSE(roster.leave(3));
  EXPECT_EQ(roster.alertedOf(2), std::vector<int>{4});
}

TEST(Roster, OnlyWhoMayHaveChangedIsStale) {
  Roster roster = three();
  roster.stale().take();
  EXPECT_EQ(roster[1].spec.name, "b");
  EXPECT_TRUE(roster.stale().marked().empty()) << "reading changes nothing";
  roster.at(1).attempt.number = 1;
  EXPECT_EQ(roster.stale().marked(), std::vector<int>{1});
}

TEST(Roster, AnotherConfigurationGetsThoseOfTheOldOne) {
  Roster roster = three();
  roster.serve(3, targetOf(2, "x", 2));
  const std::vector<Remedy> old = roster.clear(1);
  ASSERT_EQ(old.size(), 4u);
  EXPECT_EQ(old[3].target, "x");
  EXPECT_EQ(roster.size(), 0u);
  EXPECT_EQ(roster.indexOf("a"), -1);
  EXPECT_EQ(roster.serving(2, "x"), -1);
  EXPECT_TRUE(roster.stale().all());
}

}  // namespace
}  // namespace heald::engine
