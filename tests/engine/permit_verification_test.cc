// Permits whose governor has a check: a report of success is the begin of its verification.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/permits.h"
#include "support/alerts.h"
#include "support/setups.h"
#include "support/world.h"

namespace heald::engine {
namespace {

using core::CheckStatus;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::World;
using testing::HasSubstr;

// "backup", whose permits are verified by "service" between 10 s and 60 s after the report.
engine::Setup verified(VerifyPolicy policy = {seconds(10), seconds(60)}) {
  engine::Setup setup = test::oneRemedy();
  setup.remedies.clear();
  setup.checks[0].interval = hours(1);
  GovernorSpec backup{"backup", {}};
  backup.policy.max_in_flight = 2;
  backup.policy.budgets.clear();
  backup.verify = PermitVerify{"service", policy};
  setup.governors = {{"main", {}}, backup};
  return setup;
}

engine::Setup verifiedFleet() {
  engine::Setup setup = verified();
  setup.governors[1].fleet =
      std::make_shared<const Fleet>(Fleet{{"a", "b", "c", "d"}, {50, 1, {}}});
  setup.governors[1].policy.max_consecutive_failures = 2;
  return setup;
}

std::string ask(World& world, const std::string& member = "", bool again = false) {
  RequestPermit request{"backup", minutes(10), "nightly", "cron", member};
  request.again = again;
  const Output out = world.send(request);
  return out.reply->ok() && (*out.reply)->permit ? (*out.reply)->permit->id : "";
}
std::optional<Reply> report(World& world, const std::string& id, bool ok, bool unused = false) {
  ReportPermit report{id, ok, ok ? "" : "boom", ok ? "" : "boom", "cron"};
  report.unused = unused;
  const Output out = world.send(report);
  return out.reply->ok() ? std::optional(**out.reply) : std::nullopt;
}
std::string stateOf(World& world, const std::string& id) {  // as who reports again hears it
  for (const Permit& permit : world.snapshot().permits) {
    if (permit.id == id) return std::string(toString(permit.state));
  }
  const auto reply = report(world, id, true);
  return reply && reply->permit ? std::string(toString(reply->permit->state)) : "?";
}
core::GovernorState governor(const World& world) {
  return world.governor("backup").state;
}

TEST(PermitVerification, BeginsWithAReportOfSuccessAndTheTicketIsInFlightMeanwhile) {
  World world(verified());
  world.setCheck("service", CheckStatus::kCritical);
  const std::string id = ask(world);
  const auto reply = report(world, id, true);
  ASSERT_TRUE(reply);
  EXPECT_THAT(reply->message, HasSubstr("is verifying"));
  EXPECT_EQ(stateOf(world, id), "verifying");
  EXPECT_EQ(governor(world).in_flight.size(), 1u);
  EXPECT_EQ(governor(world).totals, (core::Totals{1, 0, 0}));
  EXPECT_TRUE(report(world, id, true)) << "the same again is answered the same";
}

TEST(PermitVerification, OfACheckThatPassesIsASuccessAtItsFirstLook) {
  World world(verified());
  const std::string id = ask(world);
  report(world, id, true);
  world.runFor(seconds(9));
  EXPECT_EQ(stateOf(world, id), "verifying") << "not before `after`";
  world.runFor(seconds(2));
  EXPECT_EQ(stateOf(world, id), "ok");
  EXPECT_EQ(governor(world).totals, (core::Totals{1, 1, 0}));
  EXPECT_TRUE(governor(world).in_flight.empty());
}

TEST(PermitVerification, OfACheckThatPassesLaterIsASuccessThen) {
  World world(verified());
  world.setCheck("service", CheckStatus::kCritical);
  const std::string id = ask(world);
  report(world, id, true);
  world.runFor(seconds(40));
  EXPECT_EQ(stateOf(world, id), "verifying");
  world.setCheck("service", CheckStatus::kOk);
  world.runFor(seconds(6));
  EXPECT_EQ(stateOf(world, id), "ok");
}

TEST(PermitVerification, OfACheckThatDoesNotPassIsAFailureAtItsEnd) {
  for (const CheckStatus status : {CheckStatus::kCritical, CheckStatus::kUnknown}) {
    World world(verified());
    world.setCheck("service", status);
    const std::string id = ask(world);
    report(world, id, true);
    world.runFor(seconds(59));
    EXPECT_EQ(stateOf(world, id), "verifying");
    world.runFor(seconds(2));
    EXPECT_EQ(stateOf(world, id), "not_verified");
    EXPECT_EQ(governor(world).totals, (core::Totals{1, 0, 1}));
    EXPECT_EQ(governor(world).consecutive_failures, 1);
    EXPECT_TRUE(report(world, id, true)) << "it was heard";
    EXPECT_TRUE(report(world, id, false));
  }
}

TEST(PermitVerification, IsOverWhenItsCallerReportsAFailureMeanwhile) {
  World world(verified());
  const std::string id = ask(world);
  report(world, id, true);
  EXPECT_TRUE(report(world, id, false));
  EXPECT_EQ(governor(world).totals, (core::Totals{1, 0, 1}));
  world.runFor(minutes(2));
  EXPECT_EQ(governor(world).totals, (core::Totals{1, 0, 1})) << "the check does not mend that";
  EXPECT_FALSE(report(world, id, true));
}

TEST(PermitVerification, IsForNoFailureAndForNoDeadlineThatIsOver) {
  World world(verified());
  report(world, ask(world), false);
  EXPECT_EQ(governor(world).totals.failures, 1u) << "at once";
  world.runFor(minutes(1));
  ask(world);
  world.runFor(minutes(11));
  EXPECT_EQ(governor(world).totals.failures, 2u);
}

TEST(PermitVerification, MayLastLongerThanTheDeadlineOfThePermit) {
  World world(verified());
  world.setCheck("service", CheckStatus::kCritical);
  const std::string id = ask(world);
  world.runFor(minutes(10) - seconds(1));
  report(world, id, true);
  world.runFor(seconds(30));
  EXPECT_EQ(stateOf(world, id), "verifying");
}

TEST(PermitVerification, OfSeveralIsOneRunOfTheCheck) {
  World world(verified());
  world.runFor(minutes(1));
  const std::size_t before = world.check_runs.size();
  for (int i = 0; i < 2; ++i) report(world, ask(world), true);
  world.check_takes = seconds(2);
  world.runFor(seconds(20));
  EXPECT_EQ(governor(world).totals.successes, 2u);
  EXPECT_LE(world.check_runs.size() - before, 2u);
}

// At each moment of its way, and whatever the check says then.
TEST(PermitVerification, GoesOnAfterARestartAtEachMoment) {
  for (int second = 0; second <= 70; second += 5) {
    for (const bool heals : {false, true}) {
      World world(verified());
      world.setCheck("service", CheckStatus::kCritical);
      const std::string id = ask(world);
      report(world, id, true);
      world.runFor(seconds(second));
      if (heals) world.setCheck("service", CheckStatus::kOk);
      const bool over = governor(world).in_flight.empty();
      world.crash();
      EXPECT_EQ(governor(world).in_flight.empty(), over);
      world.runFor(minutes(2));
      EXPECT_EQ(governor(world).totals.attempts, 1u);
      EXPECT_EQ(governor(world).totals.successes, heals && !over ? 1u : 0u) << second;
      EXPECT_EQ(governor(world).totals.failures, heals && !over ? 0u : 1u) << second;
      EXPECT_TRUE(world.snapshot().permits.empty());
    }
  }
}

// At each moment of its way the store is away for a while: nothing is decided meanwhile, and all of
// it is decided afterwards.
TEST(PermitVerification, WaitsForTheStoreAtEachMoment) {
  for (int second = 0; second <= 60; second += 5) {
    World world(verified());
    const std::string id = ask(world);
    report(world, id, true);
    if (second > 0) world.setCheck("service", CheckStatus::kCritical);
    world.runFor(seconds(second));
    world.store_error = "disk full";
    world.setCheck("service", CheckStatus::kOk);
    world.runFor(minutes(3));
    EXPECT_EQ(governor(world).totals.successes, 0u) << second;
    world.store_error.clear();
    world.runFor(minutes(1));
    EXPECT_EQ(governor(world).totals.successes + governor(world).totals.failures, 1u) << second;
    EXPECT_TRUE(world.snapshot().permits.empty()) << second;
  }
}

TEST(PermitVerification, DoesNotBeginWhenTheReportIsNotOnDisk) {
  World world(verified());
  const std::string id = ask(world);
  world.store_error = "disk full";
  EXPECT_FALSE(report(world, id, true));
  world.runFor(minutes(1));
  world.store_error.clear();
  world.runFor(seconds(10));
  EXPECT_EQ(stateOf(world, id), "outstanding");
}

TEST(PermitVerification, FollowsTheConfiguration) {
  for (const bool gone : {false, true}) {  // the governor, or only its check
    World world(verified());
    world.setCheck("service", CheckStatus::kCritical);
    const std::string id = ask(world);
    report(world, id, true);
    world.runFor(seconds(20));
    engine::Setup next = verified();
    next.governors[1].verify.reset();
    if (gone) next.governors.pop_back();
    world.reload(next);
    world.runFor(seconds(5));
    EXPECT_TRUE(world.snapshot().permits.empty()) << "the report is all that there is";
    world.reload(verified());
    EXPECT_EQ(governor(world).totals, (core::Totals{1, 1, 0}));
  }
}

// A target is of its governor, and so are its permits.
TEST(PermitVerification, HoldsForAPermitOfATargetAlsoAfterARestart) {
  for (const bool restart : {false, true}) {
    engine::Setup setup = test::forTargets();
    setup.checks = verified().checks;
    setup.governors[0].verify = verified().governors[1].verify;
    World world(setup);
    world.setCheck("service", CheckStatus::kCritical);
    test::send(world, {test::alert("web-1")});
    world.runFor(seconds(1));
    test::send(world, {test::resolved("web-1")});
    world.runFor(hours(3));
    EXPECT_TRUE(world.governor("main@web-1").verify);
    const Output out = world.send(RequestPermit{"main@web-1", minutes(10), "by hand", "cron", ""});
    ASSERT_TRUE(out.reply->ok() && (*out.reply)->permit);
    const std::string id = (*out.reply)->permit->id;
    report(world, id, true);
    EXPECT_EQ(stateOf(world, id), "verifying");
    if (restart) world.crash();
    world.setCheck("service", CheckStatus::kCritical);
    world.runFor(minutes(3));
    const Output again = world.send(ReportPermit{id, false, "boom", "boom", "cron"});
    ASSERT_TRUE(again.reply->ok());
    EXPECT_EQ(toString((*again.reply)->permit->state), "not_verified");
  }
}

TEST(PermitVerification, EndsWhenAReloadComesWhileItsCheckRuns) {
  World world(verified());
  world.check_takes = seconds(5);
  const std::string id = ask(world);
  report(world, id, true);
  world.runFor(seconds(12));
  engine::Setup next = verified();
  next.checks.push_back(next.checks[0]);
  next.checks[0].name = "another";
  world.reload(next);
  world.runFor(seconds(30));
  EXPECT_EQ(governor(world).totals.successes, 1u);
}

TEST(PermitVerification, ChangesNothingWhenAHumanHasActedMeanwhile) {
  World world(verified());
  world.setCheck("service", CheckStatus::kCritical);
  report(world, ask(world), true);
  EXPECT_TRUE(world.send(EnterDormant{"backup", "look at it", "me"}).reply->ok());
  EXPECT_TRUE(world.send(Resume{"backup", "looked at", "me"}).reply->ok());
  world.runFor(minutes(2));
  EXPECT_EQ(governor(world).totals, (core::Totals{1, 0, 1}));
  EXPECT_EQ(governor(world).consecutive_failures, 0);
}

TEST(PermitVerification, OfMembersThatAreNotWellMakesThemLost) {
  World world(verifiedFleet());
  world.setCheck("service", CheckStatus::kCritical);
  for (const std::string member : {"a", "b"}) {
    EXPECT_FALSE(governor(world).dormant());
    const std::string id = ask(world, member);
    ASSERT_NE(id, "");
    report(world, id, true);
    EXPECT_EQ(world.snapshot().fleets[0].under_way, 1);
    EXPECT_EQ(world.snapshot().fleets[0].verifying, 1);
    EXPECT_EQ(ask(world, member), "") << "it holds its permit";
    EXPECT_EQ(ask(world, member, true), "") << "and is not given it for another attempt";
    world.runFor(minutes(3));
  }
  EXPECT_TRUE(governor(world).dormant());
  EXPECT_EQ(world.snapshot().fleets[0].lost, (std::vector<std::string>{"a", "b"}));
}

TEST(PermitVerification, IsForNoPermitThatWasNotUsed) {
  World world(verifiedFleet());
  world.setCheck("service", CheckStatus::kCritical);
  const std::string id = ask(world, "a");
  EXPECT_TRUE(report(world, id, true, true));
  EXPECT_TRUE(governor(world).in_flight.empty());
  EXPECT_TRUE(report(world, id, true, true)) << "the same again";
  EXPECT_FALSE(report(world, id, false));
}

TEST(PermitVerification, IsNotAvoidedByGivingAPermitBackThatIsOfNoFleet) {
  World world(verified());
  world.setCheck("service", CheckStatus::kCritical);
  const std::string id = ask(world);
  ReportPermit unused{id, true, "", "", "cron"};
  unused.unused = true;
  const Output out = world.send(unused);
  ASSERT_FALSE(out.reply->ok());
  EXPECT_EQ(out.reply->error().code, ErrorCode::kInvalid);
  EXPECT_THAT(out.reply->error().message, HasSubstr("is of no member of a fleet"));
  EXPECT_EQ(world.snapshot().permits.size(), 1u) << "it is held still";
  EXPECT_TRUE(report(world, id, true));
  EXPECT_EQ(stateOf(world, id), "verifying");
}

// A permit that was given back says nothing of its member.
TEST(PermitVerification, WhatWasNotUsedForgetsNoLoss) {
  engine::Setup setup = verifiedFleet();
  setup.governors[1].verify.reset();
  World world(setup);
  report(world, ask(world, "a"), false);
  world.runFor(hours(30));
  EXPECT_EQ(world.snapshot().fleets[0].lost, std::vector<std::string>{"a"});
  const std::string id = ask(world, "a");
  report(world, ask(world, "b"), true);  // which makes room
  report(world, id, true, true);
  EXPECT_EQ(world.snapshot().fleets[0].lost, std::vector<std::string>{"a"});
  world.crash();
  EXPECT_EQ(world.snapshot().fleets[0].lost, std::vector<std::string>{"a"});
  report(world, ask(world, "a"), true);
  EXPECT_TRUE(world.snapshot().fleets[0].lost.empty());
}

}  // namespace
}  // namespace heald::engine
