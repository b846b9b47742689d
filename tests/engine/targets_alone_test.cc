// Who serves which target, alone; targets_test.cc has the whole engine around it.
#include "engine/targets.h"

#include <gtest/gtest.h>

namespace heald::engine {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

core::Now inTargets(core::Duration since) {
  return {core::BootTime(hours(100)) + since, core::WallTime(hours(490'000)) + since};
}

// A remedy that takes alerts of two targets at a time.
struct Places {
  Places() {
    roster.clear(0);
    Remedy remedy;
    remedy.spec.name = "restart";
    remedy.spec.alert.matchers = {{"alertname", "Down"}};
    remedy.spec.alert.target = "instance";
    remedy.spec.alert.max_targets = 2;
    roster.add(remedy);
  }
  int place(const char* target, core::Duration since = {}) {
    return targets.placeFor(0, target, inTargets(since).boot);
  }
  void hears(const char* target, bool firing, core::Duration since) {
    (void)episodes.hear({"restart", target}, target, {target, inTargets({}).wall, firing, {}},
                        inTargets(since));
  }
  const std::string& governorOf(int remedy) const {
    return governors.list()[roster[remedy].governor].name;
  }

  Governors governors{std::vector<GovernorSpec>{{"main", {}}}};
  Episodes episodes;
  Roster roster;
  Targets targets{roster, governors, episodes};
};

TEST(TargetsAlone, EachHasAPlaceAndAGovernorOfItsOwnAndKeepsThem) {
  Places places;
  const int a = places.place("a");
  const int b = places.place("b");
  EXPECT_NE(a, b);
  EXPECT_EQ(places.place("a"), a);
  EXPECT_EQ(places.governorOf(a), "main@a");
  EXPECT_EQ(places.roster.serving(0, "b"), b);
}

TEST(TargetsAlone, OneOfWhichThereIsNothingToRememberMakesRoom) {
  Places places;
  const int a = places.place("a");
  places.hears("b", true, {});
  const int b = places.place("b");
  EXPECT_EQ(places.place("c"), a) << "an alert of b fires";
  EXPECT_EQ(places.roster.serving(0, "a"), -1);
  EXPECT_EQ(places.governors.list().indexOf("main@a"), -1) << "it is parked";
  EXPECT_EQ(places.roster.serving(0, "b"), b);
}

TEST(TargetsAlone, WithoutRoomThereIsNone) {
  Places places;
  for (const char* target : {"a", "b"}) {
    places.hears(target, true, {});
    EXPECT_GE(places.place(target), 0);
  }
  EXPECT_EQ(places.place("c"), -1);
}

TEST(TargetsAlone, OneThatIsParkedIsForgottenAnHourLaterUnlessAnEpisodeNamesIt) {
  Places places;
  places.hears("a", true, {});
  places.hears("a", false, minutes(1));
  for (const char* target : {"a", "b", "c", "d"}) places.place(target, minutes(2));
  ASSERT_EQ(places.governors.list().parked().size(), 2u);
  places.targets.forgetOld(inTargets(minutes(3)).boot);
  const std::vector<int> parked = places.governors.list().parked();
  ASSERT_EQ(parked.size(), 1u);
  EXPECT_EQ(places.governors.list()[parked[0]].name, "main@a") << "its episode is known";
  (void)places.episodes.forgetOld(inTargets(hours(48)), hours(24));
  places.targets.forgetOld(inTargets(minutes(62)).boot);
  EXPECT_EQ(places.governors.list().parked().size(), 1u) << "it looks once an hour";
  places.targets.forgetOld(inTargets(minutes(63)).boot);
  EXPECT_TRUE(places.governors.list().parked().empty());
}

}  // namespace
}  // namespace heald::engine
