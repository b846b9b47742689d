// Attempts and permits that wait for the approval of a human.
#include "engine/approvals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/advice.h"
#include "engine/alert_standing.h"
#include "engine/explanation.h"
#include "support/alerts.h"
#include "support/setups.h"
#include "support/world.h"

namespace heald::engine {
namespace {

using core::CheckStatus;
using core::Guard;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using test::oneRemedy;
using test::suppressed;
using test::World;
using testing::HasSubstr;

engine::Setup withApproval() {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].approval = {true};
  return setup;
}

Approve approval(core::Duration lasts = minutes(30)) {
  return {"restart", false, "", std::nullopt, lasts, "looked at it", "alice"};
}

std::string refusal(const Output& out) {
  return out.reply->ok() ? "" : out.reply->error().message;
}

// Its check is critical from the start.
struct Approving : World {
  explicit Approving(engine::Setup the_setup = withApproval()) : World(std::move(the_setup)) {
    setCheck("service", CheckStatus::kCritical);
  }
  std::vector<std::string> told() const {
    std::vector<std::string> events;
    for (const HistoryEntry& entry : history) {
      if (entry.kind == HistoryKind::kApproval) events.push_back(entry.event);
    }
    return events;
  }
};

TEST(Approvals, ARemedyThatNeedsNoneStartsWithoutAny) {
  Approving world(oneRemedy());
  world.runFor(minutes(1));
  EXPECT_FALSE(world.starts.empty());
  EXPECT_FALSE(world.remedy("restart").needs_approval);
}

TEST(Approvals, WithoutOneNothingStartsAndTheGuardSaysSo) {
  Approving world;
  world.runFor(hours(2));
  EXPECT_TRUE(world.starts.empty());
  EXPECT_EQ(world.remedy("restart").last_denied_by, Guard::kApproval);
  EXPECT_EQ(world.remedy("restart").phase, Phase::kWaiting);
  EXPECT_FALSE(world.remedy("restart").next_attempt_at) << "no time ends it";
  EXPECT_GT(suppressed(world, "main", Guard::kApproval), 0U);
  EXPECT_TRUE(world.governor("main").state.starts.empty());
  EXPECT_FALSE(world.governor("main").state.dormant());
}

TEST(Approvals, OneLetsOneAttemptStartAtOnce) {
  Approving world;
  world.runFor(minutes(5) + seconds(3));
  const core::Duration approved_at = world.time();
  ASSERT_TRUE(world.send(approval()).reply->ok());
  world.runFor(seconds(1));
  ASSERT_EQ(world.starts.size(), 1U);
  EXPECT_LT(world.starts[0].at - approved_at, seconds(1)) << "no check has to fail once more";
  world.runFor(hours(2));
  EXPECT_EQ(world.starts.size(), 1U) << "it was for one attempt";
  EXPECT_THAT(world.told(), testing::ElementsAre("given", "used"));
}

TEST(Approvals, MayBeGivenAheadOfTheNeed) {
  World world(withApproval());
  world.runFor(minutes(1));
  ASSERT_TRUE(world.send(approval()).reply->ok());
  world.runFor(minutes(5));
  EXPECT_TRUE(world.starts.empty()) << "nothing is wrong";
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(minutes(5));
  EXPECT_EQ(world.starts.size(), 1U);
}

TEST(Approvals, EndUnusedAtTheirTime) {
  World world(withApproval());
  ASSERT_TRUE(world.send(approval(minutes(10))).reply->ok());
  ASSERT_EQ(world.snapshot().approvals.size(), 1U);
  world.runFor(minutes(10));
  EXPECT_TRUE(world.snapshot().approvals.empty());
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(minutes(10));
  EXPECT_TRUE(world.starts.empty());
  EXPECT_TRUE(world.noted("an approval is over, unused"));
}

TEST(Approvals, OfAPastMomentIsNotInForce) {
  Approvals approvals;
  const ApprovalKey key{"restart", "", 1};
  const core::Now now{core::BootTime(hours(1)), core::WallTime(hours(490'000))};
  approvals.give(key, {"main", now.boot + minutes(5), now.wall, "why", "alice"}, now);
  EXPECT_TRUE(approvals.inForce(key, now.boot + minutes(5) - milliseconds(1)));
  EXPECT_FALSE(approvals.inForce(key, now.boot + minutes(5)));
}

TEST(Approvals, AreTakenBack) {
  World world(withApproval());
  ASSERT_TRUE(world.send(approval()).reply->ok());
  ASSERT_TRUE(world.send(Unapprove{"restart", false, "", {}, "bob"}).reply->ok());
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(minutes(10));
  EXPECT_TRUE(world.starts.empty());
  EXPECT_THAT(refusal(world.send(Unapprove{"restart", false, "", {}, "bob"})),
              HasSubstr("no approval of"));
}

TEST(Approvals, RemoveNoOtherObstacle) {
  Approving world;
  world.runFor(minutes(1));
  world.send(EnterDormant{"main", "stop", "alice"});
  const Output out = world.send(approval());
  ASSERT_TRUE(out.reply->ok());
  EXPECT_THAT((*out.reply)->message, HasSubstr("main is dormant"));
  world.runFor(minutes(20));
  EXPECT_TRUE(world.starts.empty());
  world.send(Resume{"main", "went on", "alice"});
  world.runFor(minutes(5));
  EXPECT_EQ(world.starts.size(), 1U) << "it was in force still";
}

TEST(Approvals, AFailedAttemptHasItsBackoffBeforeTheNextIsAskedFor) {
  Approving world;
  world.runFor(minutes(1));
  world.send(approval());
  world.runFor(milliseconds(100));
  ASSERT_EQ(world.starts.size(), 1U);
  EXPECT_EQ(world.remedy("restart").last_denied_by, Guard::kBackoff);
  EXPECT_TRUE(world.snapshot().approvals_wanted.empty());
  world.runFor(minutes(1));
  EXPECT_EQ(world.remedy("restart").last_denied_by, Guard::kApproval);
  EXPECT_EQ(world.snapshot().approvals_wanted.size(), 1U);
}

TEST(Approvals, AnUnapprovedAttemptUsesUpNoBudget) {
  engine::Setup setup = withApproval();
  setup.governors[0].policy.budgets = {{1, hours(1)}};
  Approving world(setup);
  world.runFor(minutes(1));
  world.send(approval());
  world.runFor(minutes(30));
  ASSERT_EQ(world.starts.size(), 1U);
  EXPECT_FALSE(world.governor("main").state.dormant()) << "nobody has approved a second one";
  world.send(approval());
  world.runFor(minutes(1));
  EXPECT_EQ(world.starts.size(), 1U);
  EXPECT_TRUE(world.governor("main").state.dormant());
  EXPECT_EQ(world.snapshot().approvals.size(), 1U) << "none was used";
}

TEST(Approvals, WaitNoLongerWhenTheCheckRecovers) {
  Approving world;
  world.runFor(minutes(1));
  ASSERT_EQ(world.snapshot().approvals_wanted.size(), 1U);
  world.setCheck("service", CheckStatus::kOk);
  world.runFor(minutes(1));
  EXPECT_TRUE(world.snapshot().approvals_wanted.empty());
  EXPECT_EQ(world.remedy("restart").phase, Phase::kIdle);
}

TEST(Approvals, ACheckThatHasRecoveredKeepsTheAttemptFromStarting) {
  Approving world;
  world.runFor(minutes(1));
  world.setCheck("service", CheckStatus::kOk);  // and nobody has looked yet
  world.send(approval());
  world.runFor(milliseconds(10));
  EXPECT_TRUE(world.starts.empty());
  EXPECT_EQ(world.snapshot().approvals.size(), 1U);
}

TEST(Approvals, AreOfOneStepOfAnEscalation) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].steps = {0, 2};
  setup.remedies[0].approval = {false, true};
  Approving world(setup);
  world.runFor(minutes(30));
  ASSERT_EQ(world.starts.size(), 2U);
  EXPECT_EQ(world.remedy("restart").needs_approval, (ApprovalKey{"restart", "", 2}));
  Approve first = approval();
  first.step = 1;
  EXPECT_THAT(refusal(world.send(first)),
              HasSubstr("step 1 needs no approval; that is for step 2"));
  first.step = 3;
  EXPECT_THAT(refusal(world.send(first)), HasSubstr("there is no step 3"));
  ASSERT_TRUE(world.send(approval()).reply->ok());
  world.runFor(minutes(1));
  ASSERT_EQ(world.starts.size(), 3U);
  EXPECT_EQ(world.starts[2].step, 1);
}

TEST(Approvals, OfAnotherStepLetNothingStart) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].steps = {0, 1};
  setup.remedies[0].approval = {true, true};
  Approving world(setup);
  Approve second = approval();
  second.step = 2;
  ASSERT_TRUE(world.send(second).reply->ok());
  world.runFor(minutes(10));
  EXPECT_TRUE(world.starts.empty()) << "the first is next";
}

// A line that somebody copied when the first step waited must not approve the second one.
TEST(Approvals, AStepIsNamedInTheCommandAndNeverInferredWhereSeveralNeedOne) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].steps = {0, 1};
  setup.remedies[0].approval = {true, true};
  Approving world(setup);
  world.runFor(minutes(1));
  ASSERT_EQ(world.snapshot().approvals_wanted.size(), 1U);
  EXPECT_EQ(approveCommand(world.snapshot().approvals_wanted[0].key),
            "healdctl approve restart --step 1 --reason \"<why>\"");
  EXPECT_THAT(refusal(world.send(approval())),
              HasSubstr("name the one that is meant (--step), of steps 1, 2 of remedy"));
  Approve first = approval();
  first.step = 1;
  ASSERT_TRUE(world.send(first).reply->ok());
  world.runFor(minutes(30));
  ASSERT_EQ(world.starts.size(), 1U);
  ASSERT_TRUE(world.send(first).reply->ok());
  world.runFor(minutes(30));
  EXPECT_EQ(world.starts.size(), 1U) << "the second step waits for an approval of its own";
}

TEST(Approvals, SurviveACrashAndAreUsedOnce) {
  World world(withApproval());
  world.runFor(minutes(1));
  world.send(approval());
  world.crash();
  ASSERT_EQ(world.snapshot().approvals.size(), 1U);
  EXPECT_EQ(world.snapshot().approvals[0].approval.by, "alice");
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(minutes(2));
  ASSERT_EQ(world.starts.size(), 1U);
  world.crash();
  EXPECT_TRUE(world.snapshot().approvals.empty());
  world.runFor(minutes(20));
  EXPECT_EQ(world.starts.size(), 1U);
}

TEST(Approvals, AFailedCommitOfTheAttemptLeavesTheApproval) {
  Approving world;
  world.runFor(minutes(1));
  world.send(approval(hours(2)));
  world.store_error = "";
  world.runFor(milliseconds(0));
  World other(withApproval());
  other.send(approval(hours(2)));
  other.setCheck("service", CheckStatus::kCritical);
  other.store_error = "disk full";
  other.runFor(minutes(10));
  EXPECT_TRUE(other.starts.empty());
  EXPECT_EQ(other.snapshot().approvals.size(), 1U);
  other.store_error = "";
  other.runFor(minutes(10));
  EXPECT_EQ(other.starts.size(), 1U);
  EXPECT_TRUE(other.snapshot().approvals.empty());
}

TEST(Approvals, AreNotGivenWithoutAStore) {
  World world(withApproval());
  world.store_error = "disk full";
  EXPECT_THAT(refusal(world.send(approval())), HasSubstr("nothing was changed"));
  EXPECT_TRUE(world.snapshot().approvals.empty());
}

TEST(Approvals, WhereNothingAsksForOneAreRefused) {
  World world(oneRemedy());
  EXPECT_THAT(refusal(world.send(approval())), HasSubstr("asks for no approval"));
  Approve other = approval();
  other.name = "restrat";
  EXPECT_THAT(refusal(world.send(other)), HasSubstr("no remedy \"restrat\" (there are: restart)"));
  other.name = "main";
  EXPECT_THAT(refusal(world.send(other)), HasSubstr("healdctl approve main --permit"));
  other.permit = true;
  EXPECT_THAT(refusal(world.send(other)), HasSubstr("asks for no approval"));
}

TEST(Approvals, NeedAReasonAndAnEnd) {
  World world(withApproval());
  Approve blank = approval();
  blank.reason = " ";
  EXPECT_THAT(refusal(world.send(blank)), HasSubstr("a reason is needed"));
  EXPECT_THAT(refusal(world.send(approval(hours(25)))), HasSubstr("1s to 1d, not 1d 1h"));
  EXPECT_THAT(refusal(world.send(approval(core::Duration{}))), HasSubstr("an approval is for 1s"));
  Approve target = approval();
  target.target = "web-1";
  EXPECT_THAT(refusal(world.send(target)), HasSubstr("has no targets"));
}

TEST(Approvals, AreShownWithTheCommandThatGivesThem) {
  Approving world;
  world.runFor(minutes(1));
  const Snapshot snapshot = world.snapshot();
  ASSERT_EQ(snapshot.approvals_wanted.size(), 1U);
  EXPECT_EQ(snapshot.approvals_wanted[0].key, (ApprovalKey{"restart", "", 1}));
  EXPECT_EQ(snapshot.approvals_wanted[0].governor, "main");
  const auto advised = recommendations(snapshot, world.now(), true);
  EXPECT_TRUE(std::any_of(advised.begin(), advised.end(), [](const Recommendation& each) {
    return each.command == "healdctl approve restart --step 1 --reason \"<why>\"";
  }));
  const auto explained = explainGovernor(snapshot, snapshot.governors[0], world.now());
  ASSERT_EQ(explained.remedies.size(), 1U);
  ASSERT_FALSE(explained.remedies[0].obstacles.empty());
  EXPECT_EQ(explained.remedies[0].obstacles[0].word, "approval");
  EXPECT_TRUE(world.noted("attempt denied"));
}

TEST(Approvals, OfOneWhoOnlyObservesAreNotNeeded) {
  engine::Setup setup = withApproval();
  setup.remedies[0].observe = true;
  Approving world(setup);
  world.runFor(minutes(1));
  EXPECT_GT(world.remedy("restart").would_attempt, 0U);
  EXPECT_TRUE(world.snapshot().approvals_wanted.empty());
}

TEST(Approvals, ARunByHandIsToldWhatItNeeds) {
  Approving world;
  world.runFor(minutes(1));
  EXPECT_THAT(refusal(world.send(RunRemedyNow{"restart", "alice"})),
              HasSubstr("may not start now: approval: healdctl approve restart"));
}

TEST(Approvals, ATargetInACommandIsQuotedForTheShell) {
  EXPECT_EQ(approveCommand({"fix", "web-1", 2}),
            "healdctl approve fix --target web-1 --step 2 --reason \"<why>\"");
  EXPECT_EQ(approveCommand({"fix", "a'; reboot", 1}),
            "healdctl approve fix --target 'a'\\''; reboot' --step 1 --reason \"<why>\"");
  EXPECT_EQ(approveCommand({"fix", "-x", 1}),
            "healdctl approve fix --target '-x' --step 1 --reason \"<why>\"");
}

TEST(Approvals, OfARemedyForAlertsAreOfOneTarget) {
  engine::Setup setup = test::forTargets();
  setup.remedies[0].approval = {true};
  World world(setup);
  Approve approve = approval();
  EXPECT_THAT(refusal(world.send(approve)), HasSubstr("has targets: name one (there is none yet)"));
  world.send(AlertsReceived{{test::alert("web-1"), test::alert("web-2")}, "alertmanager"});
  world.runFor(seconds(1));
  EXPECT_TRUE(world.starts.empty());
  const Snapshot waits = world.snapshot();
  ASSERT_EQ(waits.approvals_wanted.size(), 2U);
  const auto standings = alertStandings(waits, world.now());
  EXPECT_TRUE(std::all_of(standings.begin(), standings.end(),
                          [](const AlertStanding& each) { return each.word == "approval"; }));
  approve.target = "web-3";
  EXPECT_THAT(refusal(world.send(approve)), HasSubstr("no target \"web-3\" (there are: web-1"));
  approve.target = "web-2";
  ASSERT_TRUE(world.send(approve).reply->ok());
  ASSERT_EQ(world.starts.size(), 1U) << "at once: it has no check";
  EXPECT_EQ(world.starts[0].labels[1].second, "web-2");
}

int waitsTold(const World& world) {
  return static_cast<int>(
      std::count_if(world.history.begin(), world.history.end(), [](const HistoryEntry& entry) {
        return entry.kind == HistoryKind::kDenial && entry.event == "approval";
      }));
}

TEST(Approvals, ASecondAlertThatWaitsAfterTheFirstIsResolvedIsToldToo) {
  engine::Setup setup = test::forTargets();
  setup.remedies[0].approval = {true};
  World world(setup);
  test::send(world, {test::alert("web-1")});
  world.runFor(minutes(1));
  EXPECT_EQ(waitsTold(world), 1);
  test::send(world, {test::alert("web-1")});
  EXPECT_EQ(waitsTold(world), 1) << "the same one";
  test::send(world, {test::resolved("web-1")});
  EXPECT_TRUE(world.snapshot().approvals_wanted.empty());
  world.runFor(hours(24));
  test::send(world, {test::alert("web-1", 90'000)});
  world.runFor(seconds(1));
  ASSERT_EQ(world.snapshot().approvals_wanted.size(), 1U);
  EXPECT_EQ(waitsTold(world), 2);
}

TEST(Approvals, AReloadSaysWhichStepsOfATargetNeedOne) {
  engine::Setup setup = test::forTargets();
  World world(setup);
  EXPECT_TRUE(world.snapshot().remedies[0].approval_steps.empty());
  setup.remedies[0].approval = {true};
  world.reload(setup);
  EXPECT_EQ(world.snapshot().remedies[0].approval_steps, std::vector<int>{1});
  setup.remedies[0].approval.clear();
  world.reload(setup);
  EXPECT_TRUE(world.snapshot().remedies[0].approval_steps.empty());
}

// Permits.

engine::Setup withBackup() {
  engine::Setup setup = oneRemedy();
  setup.governors.push_back({"backup", {}});
  setup.governors.back().approval = true;
  return setup;
}

Output request(World& world) {
  return world.send(RequestPermit{"backup", minutes(10), "nightly", "cron"});
}
Approve permitApproval() {
  return {"backup", true, "", std::nullopt, minutes(30), "go on", "alice"};
}

TEST(ApprovalsOfPermits, WithoutOneARequestIsRefusedAndShown) {
  World world(withBackup());
  const Output out = request(world);
  ASSERT_TRUE(out.reply->ok());
  ASSERT_TRUE((*out.reply)->denial);
  EXPECT_EQ((*out.reply)->denial->word, "approval");
  EXPECT_TRUE((*out.reply)->denial->guard);
  EXPECT_GT((*out.reply)->denial->wait, core::Duration{}) << "a program may try again";
  EXPECT_THAT((*out.reply)->message, HasSubstr("healdctl approve backup --permit"));
  ASSERT_EQ(world.snapshot().approvals_wanted.size(), 1U);
  EXPECT_EQ(world.snapshot().approvals_wanted[0].reason, "nightly");
  EXPECT_EQ(world.snapshot().approvals_wanted[0].by, "cron");
  world.runFor(minutes(11));
  EXPECT_TRUE(world.snapshot().approvals_wanted.empty()) << "nobody has asked again";
}

TEST(ApprovalsOfPermits, OneIsForOnePermit) {
  World world(withBackup());
  request(world);
  ASSERT_TRUE(world.send(permitApproval()).reply->ok());
  const Output given = request(world);
  ASSERT_TRUE((*given.reply)->permit);
  EXPECT_TRUE(world.snapshot().approvals.empty());
  EXPECT_TRUE(world.snapshot().approvals_wanted.empty());
  world.send(ReportPermit{(*given.reply)->permit->id, true, "", "", "cron"});
  const Output second = request(world);
  ASSERT_TRUE((*second.reply)->denial);
  EXPECT_EQ((*second.reply)->denial->word, "approval");
}

TEST(ApprovalsOfPermits, ARequestThatWaitsAnewIsToldAgain) {
  World world(withBackup());
  request(world);
  world.runFor(seconds(1));
  EXPECT_EQ(waitsTold(world), 1);
  for (int i = 0; i < 30; ++i) {
    world.runFor(minutes(1));
    request(world);
  }
  world.runFor(seconds(1));
  EXPECT_EQ(waitsTold(world), 1) << "it has asked all the time";
  world.runFor(hours(24));
  request(world);
  world.runFor(seconds(1));
  EXPECT_EQ(waitsTold(world), 2) << "the job of the next day";
}

TEST(ApprovalsOfPermits, AGovernorThatAsksForNoneAfterAReloadShowsNoWait) {
  World world(withBackup());
  request(world);
  ASSERT_EQ(world.snapshot().approvals_wanted.size(), 1U);
  engine::Setup setup = withBackup();
  setup.governors.back().approval = false;
  world.reload(setup);
  EXPECT_TRUE(world.snapshot().approvals_wanted.empty());
}

TEST(ApprovalsOfPermits, ACommitThatFailsGivesNeitherPermitNorUsesTheApproval) {
  World world(withBackup());
  ASSERT_TRUE(world.send(permitApproval()).reply->ok());
  world.store_error = "disk full";
  ASSERT_TRUE((*request(world).reply)->denial);
  EXPECT_EQ(world.snapshot().approvals.size(), 1U);
  world.store_error = "";
  world.runFor(minutes(2));
  EXPECT_TRUE((*request(world).reply)->permit);
}

TEST(ApprovalsOfPermits, OfAFleetAreForOneMember) {
  engine::Setup setup = withBackup();
  auto fleet = std::make_shared<Fleet>();
  fleet->members = {"node-1", "node-2"};
  setup.governors.back().fleet = fleet;
  World world(setup);
  Approve approve = permitApproval();
  EXPECT_THAT(refusal(world.send(approve)), HasSubstr("name the member"));
  approve.target = "node-3";
  EXPECT_THAT(refusal(world.send(approve)), HasSubstr("has no member \"node-3\""));
  approve.target = "node-2";
  ASSERT_TRUE(world.send(approve).reply->ok());
  const auto ask = [&](const char* member) {
    return world.send(RequestPermit{"backup", minutes(10), "", "cron", member});
  };
  EXPECT_TRUE((*ask("node-1").reply)->denial);
  EXPECT_TRUE((*ask("node-2").reply)->permit);
}

// Also when they are more than as many denials as are told of a governor in a minute.
TEST(ApprovalsOfPermits, EachMemberThatWaitsIsTold) {
  constexpr std::size_t kMembers = 25;
  engine::Setup setup = withBackup();
  auto fleet = std::make_shared<Fleet>();
  for (std::size_t i = 0; i < kMembers; ++i)
    fleet->members.push_back("node-" + std::to_string(10 + i));
  setup.governors.back().fleet = fleet;
  World world(setup);
  for (std::size_t i = 0; i < 2 * kMembers; ++i) {
    world.send(RequestPermit{"backup", minutes(10), "", "cron", fleet->members[i % kMembers]});
    world.runFor(seconds(1));
  }
  EXPECT_EQ(waitsTold(world), 25);
}

}  // namespace
}  // namespace heald::engine
