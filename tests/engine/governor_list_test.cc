#include "engine/governor_list.h"

#include <gtest/gtest.h>

namespace heald::engine {
namespace {

using Indices = std::vector<int>;

GovernorList listOf(const std::vector<std::string>& names) {
  std::vector<GovernorSpec> specs;
  for (const std::string& name : names) specs.push_back({name, {}});
  GovernorList list;
  list.take(specs);
  return list;
}

int serve(GovernorList& list, const std::string& target) {
  const int governor = list.place("main@" + target);
  list.serve(governor, 0, target, true);
  return governor;
}

TEST(GovernorList, AnIndexStaysWhatItIsWhenTheOrderChanges) {
  GovernorList list = listOf({"a", "b"});
  list.take({{"c", {}}, {"b", {}}});
  EXPECT_EQ(list.indexOf("b"), 1);
  EXPECT_EQ(list.indexOf("c"), 2);
  EXPECT_EQ(list.listed(), (Indices{2, 1}));
  EXPECT_EQ(list[1].position, 1);
  EXPECT_EQ(list.names(), "c, b");
}

TEST(GovernorList, WhoIsNotListedIsParkedAndNobodyFindsIt) {
  GovernorList list = listOf({"a", "b"});
  list.take({{"b", {}}});
  EXPECT_EQ(list.indexOf("a"), -1);
  EXPECT_EQ(list.parked(), Indices{0});
  EXPECT_EQ(list.place("a"), 0) << "its place is still its own";
  EXPECT_EQ(list.byName().size(), 2u);
}

TEST(GovernorList, ThoseThatLimitAFleetAreKnownInTheirOrder) {
  const auto fleet = std::make_shared<const Fleet>();
  GovernorList list;
  list.take({{"a", {}, fleet}, {"b", {}}, {"c", {}, fleet}});
  EXPECT_EQ(list.fleets(), (Indices{0, 2}));
  list.take({{"c", {}, fleet}, {"a", {}}});
  EXPECT_EQ(list.fleets(), Indices{2});
}

TEST(GovernorList, ATargetIsListedBehindTheOthersWithItsParent) {
  GovernorList list = listOf({"main"});
  const int target = serve(list, "web1");
  EXPECT_EQ(list[target].name, "main@web1");
  EXPECT_EQ(list[target].parent, 0);
  EXPECT_EQ(list[target].position, 1);
  EXPECT_EQ(serve(list, "web1"), target) << "another remedy under the same governor";
  EXPECT_EQ(list.listed().size(), 2u);
}

TEST(GovernorList, WhoIsShownLastTakesThePositionOfATargetThatIsRetired) {
  GovernorList list = listOf({"main"});
  const int a = serve(list, "a");
  const int b = serve(list, "b");
  const int c = serve(list, "c");
  EXPECT_EQ(list.retire(a), c);
  EXPECT_EQ(list.listed(), (Indices{0, c, b}));
  EXPECT_EQ(list[c].position, 1);
  EXPECT_FALSE(list[a].listed());
  EXPECT_EQ(list.retire(b), -1) << "it was the last";
  EXPECT_EQ(list.listed(), (Indices{0, c}));
  EXPECT_EQ(serve(list, "a"), a);
  EXPECT_EQ(list[a].position, 2);
}

TEST(GovernorList, TheIndexOfOneThatIsGivenUpIsGivenToTheNext) {
  GovernorList list = listOf({"main"});
  const int a = serve(list, "a");
  list.retire(a);
  list.vacate(a);
  EXPECT_EQ(list.byName().size(), 1u);
  EXPECT_EQ(serve(list, "b"), a);
  EXPECT_EQ(list[a].target, "b");
}

TEST(GovernorList, NamesAreTwentyAtMost) {
  std::vector<std::string> names;
  for (int i = 0; i < 21; ++i) names.push_back(std::to_string(i));
  EXPECT_TRUE(listOf(names).names().ends_with("18, 19, …"));
}

TEST(GovernorListDeathTest, ATargetIsRetiredOnceAndAConfiguredOneNever) {
  GovernorList list = listOf({"main"});
  const int a = serve(list, "a");
  list.retire(a);
  EXPECT_DEATH(list.retire(a), "retired once");
  EXPECT_DEATH(list.retire(0), "retired once");
  EXPECT_DEATH((void)list[7], "given out");
}

}  // namespace
}  // namespace heald::engine
