// What befalls a small fleet in every order of a few things, and in long random orders: held
// against a list of who was given what, which knows nothing of the engine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>

#include "engine/permits.h"
#include "support/setups.h"
#include "support/world.h"

namespace heald::engine {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using test::World;

using Members = std::set<std::string>;

constexpr std::size_t kLostLimit = 2;
constexpr auto kDeadline = minutes(1);

// Two of three under way at one time, of two or one only one.
Setup withMembers(const Members& members) {
  Fleet fleet;
  fleet.members.assign(members.begin(), members.end());
  fleet.at_once = {67, 1, {}};
  GovernorSpec spec{"f", {}};
  spec.policy.budgets.clear();
  spec.policy.backoff = {seconds(1), seconds(1)};
  spec.policy.breaker.failure_threshold = 100;
  spec.policy.max_consecutive_failures = kLostLimit;
  spec.policy.max_in_flight = fleet.limit();
  spec.fleet = std::make_shared<const Fleet>(std::move(fleet));
  Setup setup = test::oneRemedy();
  setup.governors.push_back(spec);
  return setup;
}

class SmallFleet {
 public:
  SmallFleet() : world_(withMembers(declared_)) {}

  void ask(const std::string& member) {
    const Output out = world_.send(RequestPermit{"f", kDeadline, "", member, member});
    if (!out.reply->ok() || !(*out.reply)->permit) return;
    EXPECT_TRUE(works()) << "given though nothing can be recorded";
    EXPECT_TRUE(declared_.contains(member));
    EXPECT_FALSE(open_.contains(member)) << "it holds one";
    EXPECT_LT(open_.size(), limit());
    EXPECT_LT(lost().size(), kLostLimit);
    EXPECT_FALSE(stopped_) << "no human has acted since";
    open_[member] = {(*out.reply)->permit->id, world_.time() + kDeadline};
  }

  void report(const std::string& member, bool ok) {
    if (!open_.contains(member)) return;
    const Output out = world_.send(ReportPermit{open_[member].id, ok, "", "", "node"});
    if (out.reply->ok()) end(member, ok);
  }

  // As a client of FleetLock does, which knows no number.
  void steady(const std::string& member) {
    ReportPermit report{"", true, "", "", "node"};
    report.governor = "f";
    report.member = member;
    const Output out = world_.send(report);
    EXPECT_TRUE(out.reply->ok() || !works()) << "whoever is well may say so";
    if (out.reply->ok() && open_.contains(member)) end(member, true);
  }

  void wait() {
    world_.runFor(minutes(2));
    if (!works()) return;
    while (!open_.empty()) end(open_.begin()->first, false);
  }

  void resume() {
    if (!world_.send(Resume{"f", "mended", "me"}).reply->ok()) return;
    failed_.clear();
    stopped_ = false;
  }

  void declare(const Members& members) {
    declared_ = members;
    world_.reload(withMembers(members));
  }

  void crash() {
    world_.setup = withMembers(declared_);
    world_.crash();
  }

  void toggleDisk() {
    world_.store_error = works() ? "the disk is full" : "";
    if (works()) world_.runFor(seconds(30));  // until that is noticed
    if (works()) expire();
  }

  // What has to be so behind everything.
  void look() {
    const Snapshot s = world_.snapshot();
    EXPECT_EQ(s.permits.size(), open_.size());
    if (!works()) return;
    const Members lost_members = lost();
    EXPECT_THAT(s.fleets.at(0).lost, testing::ElementsAreArray(lost_members));
    world_.runFor(seconds(1));
    expire();
    if (lost().size() < kLostLimit) return;
    stopped_ = true;
    EXPECT_TRUE(world_.governor("f").state.dormant()) << "with " << lost().size() << " lost";
  }

 private:
  struct Open {
    std::string id;
    core::Duration deadline;
  };

  bool works() const { return world_.store_error.empty(); }
  std::size_t limit() const { return std::max<std::size_t>(1, declared_.size() * 67 / 100); }

  // Of whom the last permit has failed: not of who has another one by now.
  Members lost() const {
    Members lost;
    for (const std::string& member : failed_) {
      if (declared_.contains(member) && !open_.contains(member)) lost.insert(member);
    }
    return lost;
  }

  void end(const std::string& member, bool ok) {
    open_.erase(member);
    if (ok) {
      failed_.erase(member);
    } else {
      failed_.insert(member);
    }
  }

  void expire() {
    const auto over = [&](const auto& one) { return one.second.deadline <= world_.time(); };
    for (auto one = open_.begin(); one != open_.end();) {
      const auto next = std::next(one);
      if (over(*one)) end(std::string(one->first), false);
      one = next;
    }
  }

  Members declared_ = {"a", "b", "c"};
  World world_;
  std::map<std::string, Open> open_;
  Members failed_;  // since a human acted
  bool stopped_ = false;
};

using Thing = std::pair<std::string, std::function<void(SmallFleet&)>>;

std::vector<Thing> things() {
  std::vector<Thing> all;
  for (const std::string member : {"a", "b", "c"}) {
    all.push_back({"ask " + member, [=](SmallFleet& f) { f.ask(member); }});
    all.push_back({"ok " + member, [=](SmallFleet& f) { f.report(member, true); }});
    all.push_back({"failed " + member, [=](SmallFleet& f) { f.report(member, false); }});
    all.push_back({"steady " + member, [=](SmallFleet& f) { f.steady(member); }});
  }
  all.push_back({"wait", [](SmallFleet& f) { f.wait(); }});
  all.push_back({"resume", [](SmallFleet& f) { f.resume(); }});
  all.push_back({"declare a b c", [](SmallFleet& f) { f.declare({"a", "b", "c"}); }});
  all.push_back({"declare a b", [](SmallFleet& f) { f.declare({"a", "b"}); }});
  all.push_back({"declare c", [](SmallFleet& f) { f.declare({"c"}); }});
  all.push_back({"crash", [](SmallFleet& f) { f.crash(); }});
  all.push_back({"disk", [](SmallFleet& f) { f.toggleDisk(); }});
  return all;
}

TEST(FleetStates, KeepTheirLimitsInEveryOrderOfThreeThings) {
  const std::vector<Thing> all = things();
  for (const Thing& first : all) {
    for (const Thing& second : all) {
      for (const Thing& third : all) {
        SCOPED_TRACE(first.first + ", " + second.first + ", " + third.first);
        SmallFleet fleet;
        for (const Thing* thing : {&first, &second, &third}) {
          thing->second(fleet);
          fleet.look();
        }
        if (testing::Test::HasFailure()) return;
      }
    }
  }
}

TEST(FleetStates, KeepTheirLimitsInLongRandomOrders) {
  const std::vector<Thing> all = things();
  for (unsigned seed = 1; seed <= 300; ++seed) {
    std::mt19937 random(seed);  // NOLINT: the same in each run
    SmallFleet fleet;
    std::string told = "seed " + std::to_string(seed);
    for (int i = 0; i < 100; ++i) {
      const Thing& thing = all[random() % all.size()];
      told += ", " + thing.first;
      SCOPED_TRACE(told);
      thing.second(fleet);
      fleet.look();
      if (testing::Test::HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace heald::engine
