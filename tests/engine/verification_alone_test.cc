// Whether an attempt has helped, alone: looking, and nothing that is decided by it.
#include <gtest/gtest.h>

#include "engine/governors.h"
#include "engine/verification.h"

namespace heald::engine {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

core::Now inVerification(core::Duration since) {
  return {core::BootTime(hours(1)) + since, core::WallTime(hours(490'000)) + since};
}

CheckSpec oneCheck() {
  CheckSpec spec;
  spec.name = "web";
  spec.interval = hours(24);
  return spec;
}

// Remedy 0 answers to a check, remedy 1 to an alert; the actions of both have just ended well.
struct Bed {
  Bed() {
    roster.clear(1);
    for (const int check : {0, -1}) {
      Remedy remedy;
      remedy.spec.name = check < 0 ? "by-alert" : "by-check";
      remedy.check = check;
      remedy.spec.verify = {seconds(5), seconds(60)};
      if (check < 0) remedy.spec.alert.matchers = {{"alertname", "Down"}};
      roster.add(remedy);
    }
    policy.asked = true;
    (void)episodes.hear(alert, "", {"a", inVerification({}).wall, true, {}}, inVerification({}));
    for (const int r : {0, 1}) {
      turns.happens(roster.at(r), AttemptEvent::kAdmitted);
      roster.at(r).attempt.number = 1;
    }
    episodes.admitted(alert, 1);
    roster.at(1).episode = alert;
  }
  // The run of the check that it waits for has found this.
  Verification::Found looksAt(core::CheckStatus status, core::Duration since) {
    Step step{inVerification(since), out};
    EXPECT_EQ(verification.look(0, step), std::nullopt);
    (void)detection.finish({0, roster[0].attempt.awaited, status, "no answer", seconds(0)},
                           step.now, out.actions);
    return verification.looked(0, step);
  }
  Verification::Found begins(int remedy) {
    Step step{inVerification({}), out};
    return verification.begin(remedy, step);
  }
  // Alertmanager is asked, and has answered this.
  Verification::Found asks(AlertAnswer answer, core::Duration since) {
    Step step{inVerification(since), out};
    if (const auto end = verification.lookAtAlert(1, step)) return end;
    AlertAsked asked;
    asked.run = roster[1].attempt.awaited;
    asked.answer = answer;
    asked.text = "refused";
    return verification.answered(1, asked, step);
  }

  const EpisodeKey alert{"by-alert", "a"};
  HealingPolicy healing;
  AlertmanagerPolicy policy;
  Detection detection{DetectionPolicy{}, {oneCheck()}};
  Episodes episodes;
  Governors governors{std::vector<GovernorSpec>{{"main", {}}}};
  Roster roster;
  Slots slots{healing, governors};
  SustainedHealth health{roster, governors, episodes.lines(), detection.checks()};
  Turns turns{roster, slots, health};
  Runs runs;
  Verification verification{roster, turns, runs, detection, episodes.book(), policy};
  Output out;
};

TEST(VerificationAlone, ACheckIsLookedAtWhenTheServiceHasHadTimeToStart) {
  Bed bed;
  EXPECT_FALSE(bed.begins(0));
  EXPECT_EQ(bed.roster[0].attempt.phase, Phase::kSettling);
  EXPECT_EQ(bed.turns.nextDue(), inVerification(seconds(5)).boot);
}

TEST(VerificationAlone, AHealthyCheckIsASuccessAndABadOneIsLookedAtAgainUntilTheWindowIsOver) {
  Bed bed;
  (void)bed.begins(0);
  EXPECT_FALSE(bed.looksAt(core::CheckStatus::kCritical, seconds(5)));
  EXPECT_EQ(bed.turns.nextDue(), inVerification(seconds(10)).boot) << "five seconds later at most";
  EXPECT_FALSE(bed.looksAt(core::CheckStatus::kCritical, seconds(59)));
  EXPECT_EQ(bed.turns.nextDue(), inVerification(seconds(60)).boot) << "and at the very end";
  const auto end = bed.looksAt(core::CheckStatus::kCritical, seconds(60));
  ASSERT_TRUE(end);
  EXPECT_FALSE(end->ok);
  EXPECT_EQ(end->reason, FailureReason::kVerification);
  EXPECT_EQ(bed.roster[0].attempt.text, "the check is not healthy again: no answer");

  Bed healed;
  (void)healed.begins(0);
  const auto success = healed.looksAt(core::CheckStatus::kOk, seconds(5));
  ASSERT_TRUE(success);
  EXPECT_TRUE(success->ok);
}

TEST(VerificationAlone, AnAlertThatWasResolvedNeedsNoLook) {
  Bed bed;
  (void)bed.episodes.hear(bed.alert, "", {"a", inVerification({}).wall, false, {}},
                          inVerification({}));
  const auto end = bed.begins(1);
  ASSERT_TRUE(end);
  EXPECT_TRUE(end->ok);
}

TEST(VerificationAlone, AlertmanagerIsAskedAndWhatItSaysIsBelieved) {
  Bed bed;
  EXPECT_FALSE(bed.begins(1));
  EXPECT_FALSE(bed.asks(AlertAnswer::kFires, seconds(6)));
  const auto end = bed.asks(AlertAnswer::kGone, seconds(12));
  ASSERT_TRUE(end);
  EXPECT_TRUE(end->ok);
  EXPECT_TRUE(bed.roster[1].attempt.ceased);
}

TEST(VerificationAlone, WhenNobodyKnowsUntilTheEndItHasFailedAndSaysWhy) {
  Bed bed;
  (void)bed.begins(1);
  const auto end = bed.asks(AlertAnswer::kUnknown, seconds(60));
  ASSERT_TRUE(end);
  EXPECT_FALSE(end->ok);
  EXPECT_NE(bed.roster[1].attempt.text.find("could not be asked: refused"), std::string::npos);
}

TEST(VerificationAlone, AnAnswerThatIsNotWaitedForChangesNothing) {
  Bed bed;
  (void)bed.begins(1);
  AlertAsked late;
  late.run = 4711;
  late.answer = AlertAnswer::kGone;
  Step step{inVerification(seconds(1)), bed.out};
  EXPECT_FALSE(bed.verification.answered(1, late, step));
  EXPECT_FALSE(bed.roster[1].attempt.ceased);
}

}  // namespace
}  // namespace heald::engine
