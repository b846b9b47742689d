#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>

#include "engine/permits.h"
#include "support/setups.h"
#include "support/world.h"

namespace heald::engine {
namespace {

using core::CheckStatus;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::oneRemedy;
using test::World;
using testing::HasSubstr;

std::string nodeName(int number) {
  std::string digits = std::to_string(number);
  digits.insert(0, 4 - std::min<std::size_t>(4, digits.size()), '0');
  return "node-" + digits;
}

GovernorSpec fleetOf(int members, AtOnce at_once = {}) {
  Fleet fleet;
  for (int i = 0; i < members; ++i) fleet.members.push_back(nodeName(i));
  fleet.at_once = at_once;
  GovernorSpec spec{"reboots", {}};
  spec.policy.budgets.clear();
  spec.policy.max_consecutive_failures = 3;
  spec.policy.max_in_flight = fleet.limit();
  spec.fleet = std::make_shared<const Fleet>(std::move(fleet));
  return spec;
}

// "reboots", beside the remedy "restart" under "main".
engine::Setup withFleet(int members, AtOnce at_once = {}) {
  engine::Setup setup = oneRemedy();
  setup.governors.push_back(fleetOf(members, at_once));
  return setup;
}

RequestPermit wanted(const std::string& member, core::Duration deadline = minutes(10)) {
  return {"reboots", deadline, "update", member, member};
}
std::string ask(World& world, const std::string& member, core::Duration deadline = minutes(10)) {
  const Output out = world.send(wanted(member, deadline));
  return out.reply->ok() && (*out.reply)->permit ? (*out.reply)->permit->id : "";
}
Denial denial(World& world, const std::string& member) {
  const Output out = world.send(wanted(member));
  return out.reply->ok() && (*out.reply)->denial ? *(*out.reply)->denial : Denial{};
}
void report(World& world, const std::string& id, bool ok) {
  EXPECT_TRUE(world.send(ReportPermit{id, ok, "", "", "node"}).reply->ok());
}
FleetView viewOf(const World& world) {
  return world.snapshot().fleets.at(0);
}
core::GovernorState stateOf(const World& world) {
  return world.governor("reboots").state;
}

TEST(Fleet, LimitsAShareOfWhatIsDeclaredWithinItsBounds) {
  const auto limit = [](int members, AtOnce at_once) {
    return fleetOf(members, at_once).fleet->limit();
  };
  EXPECT_EQ(limit(500, {5, 1, {}}), 25);
  EXPECT_EQ(limit(500, {5, 1, 10}), 10);
  EXPECT_EQ(limit(3, {5, 1, 10}), 1) << "a share of nothing would repair nothing, ever";
  EXPECT_EQ(limit(3, {5, 2, 10}), 2);
  EXPECT_EQ(limit(39, {5, 1, {}}), 1) << "rounded down";
  EXPECT_EQ(limit(10'000, {100, 1, {}}), kMostAtOnce);
}

TEST(Fleet, GivesPermitsToAsManyMembersAsMayBeUnderWay) {
  World world(withFleet(40, {5, 1, 10}));
  EXPECT_NE(ask(world, nodeName(0)), "");
  EXPECT_NE(ask(world, nodeName(1)), "");
  EXPECT_EQ(denial(world, nodeName(2)).word, "in_flight");
  EXPECT_EQ(viewOf(world).declared, 40u);
  EXPECT_EQ(viewOf(world).at_once, 2);
  EXPECT_EQ(viewOf(world).under_way, 2);
  EXPECT_EQ(world.snapshot().permits.at(0).member, nodeName(0));
}

TEST(Fleet, GivesAMemberOnePermitAtATime) {
  World world(withFleet(40, {5, 1, 10}));
  const std::string id = ask(world, nodeName(0));
  const Denial denied = denial(world, nodeName(0));
  EXPECT_EQ(denied.word, "in_flight");
  EXPECT_TRUE(denied.guard);
  EXPECT_THAT(denied.message, HasSubstr("holds permit " + id));
  report(world, id, true);
  EXPECT_NE(ask(world, nodeName(0)), "");
}

TEST(Fleet, RefusesWhoIsNotDeclaredAndCountsIt) {
  World world(withFleet(40));
  EXPECT_EQ(denial(world, "stranger").word, "not_a_member");
  EXPECT_THAT(denial(world, "stranger").message, HasSubstr("none of the 40 declared members"));
  EXPECT_THAT(denial(world, "").message, HasSubstr("names no member"));
  EXPECT_FALSE(denial(world, "").guard);
  const PermitCounts counts = world.governor("reboots").permits;
  EXPECT_EQ(counts[static_cast<std::size_t>(PermitOutcome::kNotAMember)], 4u);
  EXPECT_EQ(stateOf(world).totals.attempts, 0u);
}

TEST(Fleet, IsNotForGovernorsWithoutOne) {
  World world(withFleet(40));
  const Output out = world.send(RequestPermit{"main", minutes(1), "", "x", nodeName(0)});
  ASSERT_FALSE(out.reply->ok());
  EXPECT_EQ(out.reply->error().code, ErrorCode::kInvalid);
  EXPECT_THAT(out.reply->error().message, HasSubstr("has no fleet"));
}

TEST(Fleet, AnswersWhoAsksAgainWithThePermitThatItHolds) {
  World world(withFleet(40));
  RequestPermit again = wanted(nodeName(0));
  again.again = true;
  const Output first = world.send(again);
  const Output second = world.send(again);
  EXPECT_EQ((*first.reply)->permit->id, (*second.reply)->permit->id);
  EXPECT_EQ(stateOf(world).totals.attempts, 1u);
}

TEST(Fleet, HearsOfAMemberWithoutTheNumberOfItsPermit) {
  World world(withFleet(40));
  ask(world, nodeName(0));
  const auto say = [&](const std::string& member) {
    ReportPermit report{"", true, "", "", "node"};
    report.governor = "reboots";
    report.member = member;
    return *world.send(report).reply;
  };
  EXPECT_TRUE(say(nodeName(0)).ok());
  EXPECT_EQ(stateOf(world).totals.successes, 1u);
  EXPECT_TRUE(say(nodeName(0)).ok()) << "it holds none, and that is as it should be";
  EXPECT_EQ(stateOf(world).totals.successes, 1u);
  EXPECT_TRUE(say("stranger").ok()) << "as it always begins with this; its question is denied";
}

TEST(Fleet, GoesDormantWhenMembersDoNotComeBackWhateverOthersReport) {
  World world(withFleet(100, {5, 1, 10}));
  for (int lost = 0; lost < 3; ++lost) {
    EXPECT_FALSE(stateOf(world).dormant());
    EXPECT_EQ(viewOf(world).lost.size(), static_cast<std::size_t>(lost));
    ASSERT_NE(ask(world, nodeName(lost), minutes(1)), "");
    world.runFor(minutes(3));  // it has expired, and the backoff is over
    if (stateOf(world).dormant()) break;
    report(world, ask(world, nodeName(50 + lost)), true);
    EXPECT_EQ(stateOf(world).consecutive_failures, 0) << "a success clears them";
  }
  EXPECT_TRUE(stateOf(world).dormant());
  EXPECT_EQ(stateOf(world).dormancy->triggered_by, core::TriggeredBy::kAutomatic);
  EXPECT_EQ(stateOf(world).dormancy->reason,
            "3 members have failed or not come back: node-0000, node-0001, node-0002");
  EXPECT_EQ(denial(world, nodeName(60)).word, "dormant");
  world.runFor(hours(48));
  EXPECT_EQ(denial(world, nodeName(60)).word, "dormant") << "no time ends that";
  world.crash();
  EXPECT_EQ(viewOf(world).lost.size(), 3u) << "it is durable";
  EXPECT_TRUE(world.send(Resume{"reboots", "the image was bad", "me"}).reply->ok());
  EXPECT_TRUE(viewOf(world).lost.empty()) << "what was before the human is over";
  EXPECT_NE(ask(world, nodeName(60)), "");
}

TEST(Fleet, ForgivesAMemberThatComesBackWithItsNextPermit) {
  World world(withFleet(100, {5, 1, 10}));
  ask(world, nodeName(0), minutes(1));
  world.runFor(minutes(3));
  EXPECT_EQ(viewOf(world).lost, std::vector<std::string>{nodeName(0)});
  report(world, ask(world, nodeName(0)), true);
  EXPECT_TRUE(viewOf(world).lost.empty());
}

TEST(Fleet, DoesNotCountMembersThatAreDeclaredNoMore) {
  World world(withFleet(100, {5, 1, 10}));
  ask(world, nodeName(99), minutes(1));
  world.runFor(minutes(3));
  EXPECT_EQ(viewOf(world).lost.size(), 1u);
  EXPECT_TRUE(world.reload(withFleet(99, {5, 1, 10})).reply->ok());
  EXPECT_TRUE(viewOf(world).lost.empty());
  EXPECT_EQ(viewOf(world).at_once, 4);
  EXPECT_EQ(denial(world, nodeName(99)).word, "not_a_member");
}

TEST(Fleet, HearsOfAMemberThatWasTakenFromTheListWhileItWasUnderWay) {
  World world(withFleet(100, {5, 1, 10}));
  ask(world, nodeName(99));
  EXPECT_TRUE(world.reload(withFleet(99, {5, 1, 10})).reply->ok());
  ReportPermit back{"", true, "", "", "node"};
  back.governor = "reboots";
  back.member = nodeName(99);
  EXPECT_TRUE(world.send(back).reply->ok());
  world.runFor(minutes(11));
  EXPECT_EQ(stateOf(world).totals.successes, 1u);
  EXPECT_EQ(stateOf(world).consecutive_failures, 0);
}

void loseThreeAndDeclareTwoOfThemNoMore(World& world) {
  ask(world, nodeName(98), minutes(1));
  ask(world, nodeName(99), minutes(1));
  world.runFor(minutes(3));
  EXPECT_TRUE(world.reload(withFleet(98, {5, 1, 10})).reply->ok());
  world.runFor(minutes(3));
  report(world, ask(world, nodeName(1)), true);
  ask(world, nodeName(0), minutes(1));
  world.runFor(minutes(3));
  EXPECT_EQ(viewOf(world).lost.size(), 1u);
  EXPECT_FALSE(stateOf(world).dormant());
}

TEST(Fleet, IsStoppedByAListWithWhichTooManyAreLost) {
  World world(withFleet(100, {5, 1, 10}));
  loseThreeAndDeclareTwoOfThemNoMore(world);
  EXPECT_TRUE(world.reload(withFleet(100, {5, 1, 10})).reply->ok());
  EXPECT_EQ(viewOf(world).lost.size(), 3u);
  EXPECT_TRUE(stateOf(world).dormant());
  EXPECT_EQ(denial(world, nodeName(1)).word, "dormant");
}

TEST(Fleet, IsStoppedByAListThatCameWhileNothingCouldBeRecorded) {
  World world(withFleet(100, {5, 1, 10}));
  loseThreeAndDeclareTwoOfThemNoMore(world);
  world.store_error = "the disk is full";
  world.reload(withFleet(100, {5, 1, 10}));
  EXPECT_FALSE(stateOf(world).dormant());
  world.store_error = "";
  world.runFor(minutes(1));
  EXPECT_TRUE(stateOf(world).dormant());
}

TEST(Fleet, IsStoppedByAListWithWhichHealdStartsAgain) {
  World world(withFleet(100, {5, 1, 10}));
  loseThreeAndDeclareTwoOfThemNoMore(world);
  world.setup = withFleet(100, {5, 1, 10});
  world.crash();
  EXPECT_EQ(denial(world, nodeName(1)).word, "dormant") << "before any other event";
  EXPECT_TRUE(stateOf(world).dormant());
}

TEST(Fleet, FillsNoHistoryWithTheDenialsOfOneThatAsksOnAndOn) {
  World world(withFleet(40));
  ask(world, nodeName(0));
  const auto told = [&](const std::string& member) {
    const auto notes = world.send(wanted(member)).notes;
    return std::count_if(notes.begin(), notes.end(),
                         [](const Note& note) { return note.message == "permit not given"; });
  };
  long lines = 0;
  for (int i = 0; i < 100; ++i) lines += told(nodeName(0)) + told("stranger");
  EXPECT_EQ(lines, 10);
  world.runFor(minutes(1));
  EXPECT_EQ(told(nodeName(0)), 1);
}

TEST(Fleet, TellsOfEachWhoAsksAndIsNotDeclared) {
  World world(withFleet(40));
  const auto told = [&](const std::string& member) {
    const auto notes = world.send(wanted(member)).notes;
    return std::any_of(notes.begin(), notes.end(),
                       [](const Note& note) { return note.message == "permit not given"; });
  };
  EXPECT_TRUE(told("stranger-1"));
  EXPECT_FALSE(told("stranger-1"));
  EXPECT_TRUE(told("stranger-2"));
}

TEST(Fleet, RemembersTheLastPermitOfAMemberForGood) {
  World world(withFleet(100, {5, 1, 10}));
  ask(world, nodeName(0), minutes(1));
  world.runFor(hours(24 * 7));
  for (std::size_t i = 0; i < PermitBook::kMostRemembered + 10; ++i) {
    report(world, ask(world, nodeName(1)), true);
    world.runFor(seconds(1));
  }
  EXPECT_EQ(viewOf(world).lost, std::vector<std::string>{nodeName(0)});
  world.crash();
  EXPECT_EQ(viewOf(world).lost, std::vector<std::string>{nodeName(0)});
}

TEST(Fleet, TakesNoSlotOfTheActionsOfThisHeald) {
  engine::Setup setup = withFleet(100, {50, 1, 10});
  setup.healing.max_concurrent = 1;
  World world(setup);
  for (int i = 0; i < 10; ++i) EXPECT_NE(ask(world, nodeName(i)), "");
  EXPECT_EQ(world.snapshot().actions_running, 0);
  EXPECT_EQ(world.snapshot().attempts_in_progress, 0);
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(minutes(1));
  EXPECT_FALSE(world.starts.empty()) << "who is lost elsewhere is in nobody's way here";
}

TEST(Fleet, IsAsItWasWhenTheStoreRefuses) {
  World world(withFleet(40, {5, 1, 10}));
  world.store_error = "disk full";
  EXPECT_EQ(denial(world, nodeName(0)).word, "store_unavailable");
  world.store_error.clear();
  world.runFor(seconds(5));
  EXPECT_NE(ask(world, nodeName(0)), "") << "it holds none";
}

// Each member asks now and then; of those that get a permit 40 % never report.
TEST(Fleet, OfHundredsOfWhichTwoInFiveVanishStopsAfterAFewAndKeepsItsLimitsAtEveryMoment) {
  constexpr int kMembers = 500;
  constexpr std::size_t kLimit = 10;
  World world(withFleet(kMembers, {5, 1, kLimit}));
  std::mt19937 random(11);  // NOLINT: the same in each run
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  for (int round = 0; round < 3; ++round) {
    std::map<std::string, std::pair<std::string, core::Duration>> back;  // id by member, and when
    std::set<std::string> vanished;
    for (int second = 0; second < 6 * 3600 && !stateOf(world).dormant(); ++second) {
      world.runFor(seconds(1));
      for (auto it = back.begin(); it != back.end();) {
        if (it->second.second > world.time()) {
          ++it;
          continue;
        }
        report(world, it->second.first, true);
        it = back.erase(it);
      }
      const std::string member = nodeName(below(kMembers));
      const std::string id = ask(world, member, minutes(15));
      if (!id.empty() && below(5) < 2) {
        vanished.insert(member);
      } else if (!id.empty()) {
        back[member] = {id, world.time() + seconds(30 + below(120))};
      }
      const Snapshot now = world.snapshot();
      ASSERT_LE(now.permits.size(), kLimit);
      ASSERT_EQ(now.permits.size(), stateOf(world).in_flight.size());
      std::set<std::string> holders;
      for (const Permit& permit : now.permits) {
        ASSERT_TRUE(holders.insert(permit.member).second) << permit.member;
      }
    }
    ASSERT_TRUE(stateOf(world).dormant()) << "round " << round;
    EXPECT_LE(vanished.size(), 3 + kLimit - 1) << "the bound";
    const auto attempts = stateOf(world).totals.attempts;
    world.runFor(hours(1));
    for (int i = 0; i < kMembers; ++i) EXPECT_EQ(ask(world, nodeName(i)), "");
    EXPECT_EQ(stateOf(world).totals.attempts, attempts) << "dormant for all of them";
    EXPECT_TRUE(world.send(Resume{"reboots", "another try", "me"}).reply->ok());
  }
}

}  // namespace
}  // namespace heald::engine
