// Every command that heald suggests is done, in every situation that it knows: after it, what its
// text promised is so.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <sstream>

#include "engine/advice.h"
#include "support/alerts.h"

namespace heald::engine {
namespace {

using core::CheckStatus;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::alert;
using test::forTargets;
using test::oneRemedy;
using test::send;
using test::World;

// What healdctl asks for when the command is typed as it is, with the `<…>` filled in.
std::optional<Event> eventOf(const std::string& command) {
  std::istringstream words(command);
  std::string healdctl, verb, name, more;
  words >> healdctl >> verb >> name >> more;
  if (healdctl != "healdctl") return std::nullopt;
  if (verb == "resume") return Resume{name, "fixed", "alice"};
  if (verb == "retry") return Retry{name, "fixed", "alice"};
  if (verb == "reset") return Reset{name, false, "alice"};
  if (verb == "unpause") return UnpauseRemedy{name == "--all" ? "" : name, "alice"};
  if (verb == "reload") return Reload{std::make_shared<const Setup>(oneRemedy()), "alice"};
  if (verb == "run" && name == "check") return RunCheckNow{more, "alice"};
  if (verb == "flag" && more == "on") {
    if (const auto feature = core::featureNamed(name)) {
      return SetFlag{*feature, true, "safe again", "alice"};
    }
  }
  return std::nullopt;
}

struct Situation {
  const char* name;
  Setup setup;
  std::function<void(World&)> happens;
  std::vector<std::string> reasons;  // of what is suggested, sorted
  // What the texts promise, a little later. None: the command only looks.
  std::function<bool(World& world, std::size_t starts)> promised;
};

bool oneMore(World& world, std::size_t starts) {
  return world.starts.size() == starts + 1;
}

void fail(World& world, core::Duration until) {
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(until);
}

Setup twoAnHour() {
  Setup setup = oneRemedy();
  setup.governors[0].policy.budgets = {{2, hours(1)}};
  return setup;
}

Setup inAWindow() {
  Setup setup = oneRemedy();
  WindowSpec window{"nightly", {}, {}, "backup"};
  window.times.days.fill(true);
  window.times.from = hours(16);  // when the virtual world begins
  window.times.to = hours(17);
  setup.windows = {window};
  return setup;
}

Setup retryingTargets() {
  Setup setup = forTargets();
  setup.remedies[0].alert.retry = true;
  return setup;
}

void becomeUnauthorized(World& world) {
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kFailed, "401 unauthorized"};
  };
  fail(world, seconds(1));
}

void fireUntilDormant(World& world) {
  send(world, {alert("a")});
  world.runFor(hours(1));
}

void becomeAStorm(World& world) {
  for (const char* check : {"c0", "c1", "c2", "c3"}) {
    world.setCheck(check, CheckStatus::kCritical);
  }
  world.runUntil(seconds(6));
}

std::vector<Situation> situations() {
  const auto dormant = [](World& world) { fail(world, hours(1)); };
  return {
      {"nothing is wrong", oneRemedy(), [](World& w) { w.runUntil(seconds(6)); }, {}, {}},
      {"backoff", oneRemedy(), [](World& w) { fail(w, seconds(7)); }, {"backoff"}, oneMore},
      {"OPEN, and the check is unhealthy",
       oneRemedy(),
       [](World& w) { fail(w, seconds(20)); },
       {"breaker_open"},
       oneMore},
      {"OPEN, and the backoff lasts longer",
       oneRemedy(),
       [](World& w) { fail(w, seconds(400)); },
       {"breaker_open"},
       oneMore},
      {"its OPEN is over, and the backoff is not",
       oneRemedy(),
       [](World& w) { fail(w, seconds(600)); },
       {"backoff"},
       oneMore},
      {"OPEN, and the check has recovered",
       oneRemedy(),
       [](World& w) {
         fail(w, seconds(20));
         w.setCheck("service", CheckStatus::kOk);
         w.runUntil(seconds(30));
       },
       {"breaker_open"},
       [](World& w, std::size_t) {
         return w.governor("main").state.breaker.state == core::BreakerState::kClosed;
       }},
      {"backoff of a target",
       retryingTargets(),
       [](World& w) {
         send(w, {alert("a")});
         w.runFor(seconds(7));
       },
       {"backoff"},
       oneMore},
      {"OPEN of a target",
       retryingTargets(),
       [](World& w) {
         send(w, {alert("a")});
         w.runFor(seconds(20));
       },
       {"breaker_open"},
       oneMore},
      {"dormant by its failures", oneRemedy(), dormant, {"dormant"}, oneMore},
      {"dormant by an error", oneRemedy(), becomeUnauthorized, {"dormant"}, oneMore},
      {"dormant by a budget",
       twoAnHour(),
       [](World& w) { fail(w, minutes(10)); },
       {"dormant"},
       oneMore},
      {"dormant by a human",
       oneRemedy(),
       [](World& w) {
         w.send(EnterDormant{"main", "moving the disk", "bob"});
         fail(w, seconds(6));
       },
       {"dormant"},
       oneMore},
      {"a dormant target",
       retryingTargets(),
       fireUntilDormant,
       {"dormant"},
       [](World& w, std::size_t starts) {
         send(w, {alert("a")});  // Alertmanager tells again
         w.runFor(seconds(1));
         return oneMore(w, starts);
       }},
      {"a paused remedy",
       oneRemedy(),
       [](World& w) {
         w.send(PauseRemedy{"restart", hours(1), "moving the disk", "bob"});
         fail(w, seconds(6));
       },
       {"paused"},
       oneMore},
      {"everything is paused",
       oneRemedy(),
       [](World& w) {
         w.send(PauseRemedy{"", hours(1), "moving the disk", "bob"});
         fail(w, seconds(6));
       },
       {"paused"},
       oneMore},
      {"paused in backoff",
       oneRemedy(),
       [](World& w) {
         fail(w, seconds(7));
         w.send(PauseRemedy{"restart", hours(1), "moving the disk", "bob"});
       },
       {"paused"},
       [](World& w, std::size_t) { return !w.remedy("restart").pause; }},
      {"switched off by a human",
       oneRemedy(),
       [](World& w) {
         w.send(SetFlag{core::Feature::kAutoHealing, false, "deploying", "bob"});
         fail(w, seconds(6));
       },
       {"feature_flag"},
       oneMore},
      {"detection switched off by a human",
       oneRemedy(),
       [](World& w) {
         w.send(SetFlag{core::Feature::kAutoDetection, false, "deploying", "bob"});
         w.runUntil(minutes(1));
         w.check_runs.clear();
       },
       {"feature_flag"},
       [](World& w, std::size_t) { return !w.check_runs.empty(); }},
      {"the store is down",
       oneRemedy(),
       [](World& w) {
         fail(w, seconds(1));
         w.store_error = "disk full";
         w.runUntil(seconds(6));
       },
       {"store_unavailable"},
       [](World& w, std::size_t) {
         w.store_error.clear();  // a human has made room: "heald notices by itself"
         w.runFor(seconds(2));
         return w.snapshot().store_up;
       }},
      {"a check is unknown",
       oneRemedy(),
       [](World& w) {
         w.setCheck("service", CheckStatus::kUnknown);
         w.runUntil(seconds(6));
         w.check_runs.clear();
       },
       {"check_unknown"},
       [](World& w, std::size_t) { return !w.check_runs.empty(); }},
      {"a configuration was refused",
       oneRemedy(),
       [](World& w) {
         w.runUntil(seconds(6));
         w.send(
             Record{{.kind = HistoryKind::kReload, .event = "refused", .message = "no such key"}});
       },
       {"reload_refused"},
       [](World& w, std::size_t) { return issues(w.snapshot(), w.now()).empty(); }},
      {"a storm", test::manyRemedies(4), becomeAStorm, {}, {}},
      {"a window of the configuration, which no command ends",
       inAWindow(),
       [](World& w) { fail(w, seconds(6)); },
       {},
       {}},
  };
}

TEST(Advised, WhatACommandPromisesIsSoWhenItWasDone) {
  for (const Situation& situation : situations()) {
    SCOPED_TRACE(situation.name);
    World world(situation.setup);
    situation.happens(world);
    const auto advice = recommendations(world.snapshot(), world.now());
    std::vector<std::string> reasons;
    for (const Recommendation& one : advice) {
      reasons.push_back(one.reason);
    }
    EXPECT_EQ(reasons, situation.reasons);
    const std::size_t starts = world.starts.size();
    for (const Recommendation& one : advice) {
      if (one.command == "healdctl status") continue;
      const auto event = eventOf(one.command);
      ASSERT_TRUE(event) << one.command;
      const Output out = world.send(*event);
      ASSERT_TRUE(out.reply.has_value());
      EXPECT_TRUE(out.reply->ok()) << one.command << ": " << out.reply->error().message;
    }
    world.runFor(seconds(5));
    EXPECT_TRUE(!situation.promised || situation.promised(world, starts));
  }
}

TEST(Advised, AFullDiskIsAboutMakingRoomAndOverWhenThereIsSome) {
  World world(oneRemedy());
  world.runUntil(seconds(6));
  Snapshot snapshot = world.snapshot();
  for (const auto state : {StoreRoom::State::kOnReserve, StoreRoom::State::kNoReserve}) {
    snapshot.store_room = {state, "no space left on device"};
    const auto advice = recommendations(snapshot, world.now());
    ASSERT_EQ(advice.size(), 1u);
    EXPECT_EQ(advice[0].reason, "store_reserve");
    EXPECT_EQ(advice[0].command, "healdctl status");
  }
  snapshot.store_room = {};
  EXPECT_TRUE(recommendations(snapshot, world.now()).empty());
}

TEST(Advised, WhatHelpsAgainstTheWorstComesFirst) {
  World world(test::manyRemedies(2));
  world.setCheck("c0", CheckStatus::kCritical);
  world.runUntil(seconds(1));
  world.send(EnterDormant{"r1", "by hand", "bob"});
  world.send(SetFlag{core::Feature::kPreventiveHealing, false, "deploying", "bob"});
  std::vector<std::string> reasons;
  for (const auto& one : recommendations(world.snapshot(), world.now())) {
    reasons.push_back(one.reason);
  }
  EXPECT_EQ(reasons, (std::vector<std::string>{"dormant", "backoff", "feature_flag"}));
}

TEST(Advised, NoRetryIsSuggestedWhileSomethingElseIsInTheWay) {
  World world(oneRemedy());
  fail(world, seconds(7));
  world.send(SetFlag{core::Feature::kAutoHealing, false, "deploying", "bob"});
  for (const Recommendation& one : recommendations(world.snapshot(), world.now())) {
    EXPECT_EQ(one.reason, "feature_flag") << one.command;
  }
}

}  // namespace
}  // namespace heald::engine
