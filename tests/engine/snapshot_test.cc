// A snapshot shares what did not change with the one before, and says the same as one that shares
// nothing.
#include "engine/snapshot.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "support/alerts.h"

namespace heald::engine {
namespace {

using core::CheckStatus;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::alert;
using test::manyRemedies;
using test::World;

// Two snapshots in a row that share, and then one that does not.
void expectSame(const World& world, const std::string& when) {
  (void)world.snapshot();
  const Snapshot shared = world.snapshot();
  const Snapshot anew = world.snapshotAnew();
  EXPECT_TRUE(shared.checks == anew.checks) << when;
  EXPECT_TRUE(shared.governors == anew.governors) << when;
  EXPECT_TRUE(shared.remedies == anew.remedies) << when;
  EXPECT_TRUE(shared.targets == anew.targets) << when;
  EXPECT_EQ(shared.failures, anew.failures) << when;
}

// A parent with a child, a remedy for each; one for alerts with two targets at most.
engine::Setup life() {
  engine::Setup setup = manyRemedies(2);
  setup.checks[1].depends_on = {"c0"};
  RemedySpec alerted = test::forTargets().remedies[0];
  alerted.name = "alerted";
  alerted.governor = "main";
  alerted.alert.max_targets = 2;
  alerted.verify = {core::Duration{}, seconds(30)};
  setup.remedies.push_back(alerted);
  setup.governors.push_back({"main", {}});
  setup.healing.max_concurrent = 1;
  return setup;
}

TEST(Snapshot, ThatSharesSaysTheSameAsOneThatDoesNotAtEveryMomentOfALife) {
  World world(life());
  world.remedies["r0"] = test::endsWell(seconds(9));
  world.remedies["alerted"] = test::endsWell(seconds(20));
  const std::map<int, std::function<void()>> happens = {
      {20, [&] { world.setCheck("c1", CheckStatus::kCritical); }},
      {30,
       [&] {
         test::send(world, {alert("a"), alert("b")});
       }},
      {40, [&] { world.setCheck("c0", CheckStatus::kCritical); }},
      {60,
       [&] {
         world.send(PauseRemedy{"r1", seconds(30), "work", "me"});
       }},
      {70,
       [&] {
         world.send(PauseRemedy{"", seconds(10), "work", "me"});
       }},
      {75, [&] { world.store_error = "disk full"; }},
      {85,
       [&] {
         world.send(EnterDormant{"main", "a test", "me"});
       }},
      {95, [&] { world.store_error = ""; }},
      {100,
       [&] {
         world.send(EnterDormant{"", "a test", "me"});
       }},
      {120,
       [&] {
         world.send(Resume{"", "a test", "me"});
       }},
      {130, [&] { test::send(world, {alert("a", 1, false)}); }},
      {131, [&] { world.setCheck("c0", CheckStatus::kOk); }},
      {200,
       [&] {
         test::send(world, {alert("c", 2), alert("d", 2)});
       }},
      {220,
       [&] {
         world.send(RequestPermit{"main", minutes(1), "nightly", "cron"});
       }},
      {230,
       [&] {
         world.send(SetFlag{core::Feature::kAutoHealing, false, "a test", "me"});
       }},
      {250,
       [&] {
         world.send(SetFlag{core::Feature::kAutoHealing, true, "a test", "me"});
       }},
      {260,
       [&] {
         world.send(Retry{"", "a test", "me"});
       }},
      {300, [&] { world.setCheck("c1", CheckStatus::kUnknown); }},
      {320, [&] { world.setCheck("c1", CheckStatus::kOk); }},
      {350, [&] { world.crash(); }},
      {380, [&] { world.reload(life()); }},
  };
  for (int second = 1; second < 420; ++second) {
    if (const auto event = happens.find(second); event != happens.end()) {
      event->second();
      expectSame(world, "at " + std::to_string(second) + " s, at once");
    }
    world.runFor(seconds(1));
    expectSame(world, "after " + std::to_string(second) + " s");
  }
  EXPECT_GT(world.starts.size(), 5u) << "it was a life";
}

TEST(Snapshot, SharesEveryGovernorCheckAndRemedyThatNothingHappenedTo) {
  engine::Setup setup = manyRemedies(1000);
  for (CheckSpec& check : setup.checks) check.interval = hours(1);
  World world(setup);
  world.runFor(minutes(10));
  const Snapshot before = world.snapshot();
  EXPECT_EQ(world.snapshot().governors.sharedWith(before.governors), 1000u);
  world.send(EnterDormant{"r700", "a test", "me"});
  world.send(RunCheckNow{"c300", "me"});
  const Snapshot after = world.snapshot();
  EXPECT_EQ(after.governors.sharedWith(before.governors), 999u);
  EXPECT_EQ(after.remedies.sharedWith(before.remedies), 999u);
  EXPECT_EQ(after.checks.sharedWith(before.checks), 999u);
  EXPECT_TRUE(after.governors[700].state.dormant());
  EXPECT_FALSE(before.governors[700].state.dormant()) << "who has the one before sees nothing";
}

TEST(Snapshot, AWaitThatIsUndoneIsShownAsItWas) {
  World world(test::oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(seconds(1));
  world.store_error = "disk full";
  world.runFor(seconds(30));
  expectSame(world, "while no commit succeeds");
  EXPECT_FALSE(world.send(Reset{"main", false, "me"}).reply->ok());
  expectSame(world, "after a human action that was undone");
}

}  // namespace
}  // namespace heald::engine
