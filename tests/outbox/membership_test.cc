// What one member of a fleet asks for, holds and owes.
#include "outbox/membership.h"

#include <gtest/gtest.h>

namespace heald::outbox {
namespace {

using engine::FleetAnswer;
using std::chrono::minutes;
using std::chrono::seconds;
using Task = Membership::Task;

// A membership on a clock of its own, whose tasks the test does.
struct Member {
  Membership m{"fleet/node-1/https://h", [this] { return "key" + std::to_string(++keys); }};
  int keys = 0;
  core::Now now{core::BootTime(minutes(60)), {}};
  std::int64_t newest = 100;

  void pass(core::Duration time) { now.boot += time; }
  void ask(std::uint64_t run, const std::string& remedy = "restart") {
    m.ask({run, remedy, minutes(15), now.boot + seconds(10)}, now.boot);
  }
  // The next task, which has to be of this kind.
  template <class T>
  T task() {
    const auto next = m.next(newest, now);
    if (!next || !std::holds_alternative<T>(*next)) {
      ADD_FAILURE() << "another task";
      return {};
    }
    return std::get<T>(*next);
  }
  bool idle() { return !m.next(newest, now); }
  engine::FleetAnswered answer() {
    const auto answers = m.takeAnswers(now);
    EXPECT_EQ(answers.size(), 1U);
    return answers.empty() ? engine::FleetAnswered{} : answers[0];
  }
  void given(std::uint64_t run, const std::string& remedy = "restart") {
    ask(run, remedy);
    task<Membership::Mark>();
    m.marked("", now);
    task<Membership::Ask>();
    m.asked({Asked::End::kGiven, "p1"}, now);
    EXPECT_EQ(answer().answer, FleetAnswer::kYes);
  }
  void reads(std::vector<std::pair<std::string, std::uint64_t>> events,
             const std::string& remedy = "restart") {
    std::vector<engine::HistoryRow> rows;
    for (const auto& [event, attempt] : events) {
      engine::HistoryRow row;
      row.id = ++newest;
      row.entry.kind = engine::HistoryKind::kAttempt;
      row.entry.event = event;
      row.entry.governor = "main";
      row.entry.attempt = attempt;
      row.entry.remedy = remedy;
      row.entry.message = event == "failed" ? "exit code 1" : "";
      rows.push_back(row);
    }
    m.read(rows, newest, true, now);
  }
};

TEST(Membership, ItAsksWhenTheMarkIsDurableAndHasTheIdOfThePermit) {
  Member one;
  EXPECT_TRUE(one.m.free());
  one.ask(7);
  EXPECT_EQ(one.task<Membership::Mark>().mark, (PermitMark{"key1", "restart", minutes(15), 100}));
  EXPECT_TRUE(one.idle()) << "the mark is not durable";
  one.m.marked("", one.now);
  const auto ask = one.task<Membership::Ask>();
  EXPECT_EQ(ask.question.key, "key1");
  EXPECT_EQ(ask.question.deadline, minutes(15));
  EXPECT_LE(ask.patience, seconds(10));
  one.m.asked({Asked::End::kGiven, "p1"}, one.now);
  const auto answer = one.answer();
  EXPECT_EQ(answer.run, 7U);
  EXPECT_EQ(answer.answer, FleetAnswer::kYes);
  EXPECT_TRUE(one.idle());
}

TEST(Membership, TheEndOfTheAttemptIsReportedAndThenTheMarkIsForgotten) {
  Member one;
  one.given(7);
  one.reads({{"started", 3}});
  EXPECT_TRUE(one.idle());
  one.pass(minutes(10));
  one.reads({{"failed", 3}});
  const auto report = one.task<Membership::Report>();
  EXPECT_EQ(report.permit, "p1");
  EXPECT_FALSE(report.outcome.ok);
  EXPECT_EQ(report.outcome.text, "remedy restart: exit code 1");
  one.m.reported({true}, one.now);
  one.task<Membership::Clear>();
  EXPECT_FALSE(one.m.free());
  one.m.cleared("", one.now);
  EXPECT_TRUE(one.m.free());
}

TEST(Membership, WhatOtherAttemptsDoIsNotItsOutcome) {
  Member one;
  one.given(7);
  one.reads({{"started", 9}, {"failed", 9}}, "another");
  one.reads({{"failed", 2}, {"started", 3}, {"failed", 4}});
  EXPECT_TRUE(one.idle());
  one.reads({{"succeeded", 3}});
  EXPECT_TRUE(one.task<Membership::Report>().outcome.ok);
}

TEST(Membership, ALaterAttemptOfTheRemedyIsNotTheOneOfThePermit) {
  Member one;
  one.given(7);
  one.reads({{"started", 3}, {"started", 4}, {"failed", 4}});
  EXPECT_TRUE(one.idle());
  one.reads({{"succeeded", 3}});
  EXPECT_TRUE(one.task<Membership::Report>().outcome.ok);
}

TEST(Membership, OnlyASuccessIsReportedAsOne) {
  for (const char* end : {"failed", "interrupted"}) {
    Member one;
    one.given(7);
    one.reads({{"started", 3}, {end, 3}});
    EXPECT_FALSE(one.task<Membership::Report>().outcome.ok) << end;
  }
}

TEST(Membership, WhatIsReadIsNotReadAgain) {
  Member one;
  one.given(7);
  EXPECT_EQ(one.m.readsAfter(), 100);
  one.reads({{"started", 3}});
  EXPECT_EQ(one.m.readsAfter(), 101);
}

TEST(Membership, AQuestionThatTookTooLongToMarkIsNotAsked) {
  Member one;
  one.ask(7);
  EXPECT_EQ(one.m.nextDue(), one.now.boot + seconds(10));
  one.task<Membership::Mark>();
  one.pass(seconds(10));
  EXPECT_EQ(one.answer().answer, FleetAnswer::kUnanswered);
  one.m.marked("", one.now);
  one.task<Membership::Clear>();
}

TEST(Membership, AMarkThatCannotBeForgottenIsTriedAgainASecondLater) {
  Member one;
  one.ask(7);
  one.task<Membership::Mark>();
  one.m.marked("", one.now);
  one.task<Membership::Ask>();
  one.m.asked({Asked::End::kDenied, "", "in_flight"}, one.now);
  one.task<Membership::Clear>();
  one.m.cleared("no space", one.now);
  EXPECT_FALSE(one.m.free());
  EXPECT_TRUE(one.idle());
  EXPECT_EQ(one.m.nextDue(), one.now.boot + seconds(1));
  one.pass(seconds(1));
  one.task<Membership::Clear>();
  one.m.cleared("", one.now);
  EXPECT_TRUE(one.m.free());
}

TEST(Membership, APermitThatIsNotUsedIsGivenBackAsWell) {
  Member one;
  one.given(7);
  one.m.unused(8, one.now.boot);
  EXPECT_TRUE(one.idle()) << "of another question";
  one.m.unused(7, one.now.boot);
  const auto report = one.task<Membership::Report>();
  EXPECT_TRUE(report.outcome.ok);
  EXPECT_EQ(report.outcome.text, "not used");
}

TEST(Membership, APermitThatNobodyHasMissedIsGivenBackInTheEnd) {
  Member one;
  one.given(7);
  const core::Duration half = core::Duration(minutes(15)) / 2;
  one.pass(std::max<core::Duration>(Membership::kUnusedAfter, half) - seconds(1));
  one.reads({});
  EXPECT_TRUE(one.idle());
  EXPECT_EQ(one.m.nextDue(), one.now.boot + seconds(1));
  one.pass(seconds(1));
  one.reads({});
  const auto back = one.task<Membership::Report>();
  EXPECT_EQ(back.outcome.text, "not used");
  EXPECT_TRUE(back.outcome.unused) << "so the server does not take it for a success of this member";
}

TEST(Membership, ADenialIsAnsweredWithItsReasonAndHoldsNothing) {
  Member one;
  one.ask(7);
  one.task<Membership::Mark>();
  one.m.marked("", one.now);
  one.task<Membership::Ask>();
  one.m.asked({Asked::End::kDenied, "", "backoff", minutes(3)}, one.now);
  const auto answer = one.answer();
  EXPECT_EQ(answer.answer, FleetAnswer::kNo);
  EXPECT_EQ(answer.text, "backoff");
  EXPECT_EQ(answer.wait, minutes(3));
  one.task<Membership::Clear>();
  one.m.cleared("", one.now);
  EXPECT_TRUE(one.m.free());
}

TEST(Membership, WithoutAMarkNobodyIsAsked) {
  Member one;
  one.ask(7);
  one.task<Membership::Mark>();
  one.m.marked("the disk is full", one.now);
  EXPECT_EQ(one.answer().text, "it was not asked: the disk is full");
  one.task<Membership::Clear>();
}

TEST(Membership, AnAnswerThatIsLostMayHaveBeenAYesSoItIsLookedForAndGivenBack) {
  Member one;
  one.ask(7);
  one.task<Membership::Mark>();
  one.m.marked("", one.now);
  one.task<Membership::Ask>();
  one.m.asked({Asked::End::kInDoubt, "", "timed out"}, one.now);
  EXPECT_EQ(one.answer().answer, FleetAnswer::kUnanswered);
  EXPECT_TRUE(one.idle());
  one.pass(Membership::kFirstRetry);
  const auto again = one.task<Membership::Ask>();
  EXPECT_EQ(again.question.key, "key1") << "which is answered as before";
  one.m.asked({Asked::End::kGiven, "p9"}, one.now);
  EXPECT_EQ(one.task<Membership::Report>().permit, "p9");
}

TEST(Membership, WhatIsOwedComesBeforeTheNextQuestion) {
  Member one;
  one.given(7);
  one.reads({{"started", 3}, {"failed", 3}});
  one.task<Membership::Report>();
  one.m.reported({false, "connection refused"}, one.now);
  EXPECT_TRUE(one.idle());
  one.pass(seconds(1));
  one.ask(8);
  EXPECT_EQ(one.task<Membership::Report>().permit, "p1") << "at once";
  one.m.reported({false, "connection refused"}, one.now);
  one.pass(seconds(10));
  EXPECT_EQ(one.answer().text,
            "the outcome of the last permit is not reported yet: connection refused");
  one.ask(9);
  one.task<Membership::Report>();
  one.m.reported({true}, one.now);
  one.task<Membership::Clear>();
  one.m.cleared("", one.now);
  EXPECT_EQ(one.task<Membership::Mark>().mark.key, "key2");
}

TEST(Membership, AServerThatDoesNotKnowUnusedIsGivenThePermitBackWithoutIt) {
  Member one;
  one.given(7);
  one.m.unused(7, one.now.boot);
  EXPECT_TRUE(one.task<Membership::Report>().outcome.unused);
  const Reported older{false, "unknown key \"unused\"", true};
  one.m.reported(older, one.now);
  const auto again = one.task<Membership::Report>();
  EXPECT_TRUE(again.outcome.ok);
  EXPECT_FALSE(again.outcome.unused);
  one.m.reported(older, one.now);
  EXPECT_TRUE(one.idle()) << "that was not why: later";
}

TEST(Membership, AReportIsTriedLessAndLessOften) {
  Member one;
  one.given(7);
  one.m.unused(7, one.now.boot);
  std::vector<int> reports;
  for (int second = 0; second < 16 * 60; ++second, one.pass(seconds(1))) {
    if (one.idle()) continue;
    reports.push_back(second);
    one.m.reported({false, "refused"}, one.now);
  }
  EXPECT_EQ(reports, (std::vector<int>{0, 5, 15, 35, 75, 155, 315, 615, 915}));
}

TEST(Membership, BeyondItsDeadlineAPermitIsOwedNothing) {
  Member one;
  one.given(7);
  one.m.unused(7, one.now.boot);
  one.pass(minutes(17));
  one.task<Membership::Report>();
  one.m.reported({false, "refused"}, one.now);
  one.task<Membership::Clear>();
}

TEST(Membership, WhileOneRemedyHoldsThePermitAnotherGetsNone) {
  Member one;
  one.given(7);
  one.ask(8, "other");
  one.reads({{"started", 3}});
  const auto answer = one.answer();
  EXPECT_EQ(answer.run, 8U);
  EXPECT_EQ(answer.answer, FleetAnswer::kNo);
  EXPECT_EQ(answer.text, "remedy restart is under way with the permit of this member");
  one.ask(9, "other");
  one.reads({{"succeeded", 3}});
  one.task<Membership::Report>();
  one.m.reported({true}, one.now);
  one.task<Membership::Clear>();
  one.m.cleared("", one.now);
  EXPECT_EQ(one.task<Membership::Mark>().mark.remedy, "other") << "its turn has come";
}

TEST(Membership, TwoQuestionsAtOnceAreNotAskedTogether) {
  Member one;
  one.ask(7);
  one.ask(8, "other");
  const auto answer = one.answer();
  EXPECT_EQ(answer.run, 8U);
  EXPECT_EQ(answer.text, "remedy restart is asking as the same member");
}

TEST(Membership, AQuestionThatTookTooLongIsAnsweredAndItsLateYesGivenBack) {
  Member one;
  one.ask(7);
  one.task<Membership::Mark>();
  one.m.marked("", one.now);
  one.task<Membership::Ask>();
  one.pass(seconds(10));
  EXPECT_EQ(one.answer().answer, FleetAnswer::kUnanswered);
  one.ask(8, "other");
  one.m.asked({Asked::End::kGiven, "p1"}, one.now);
  EXPECT_TRUE(one.m.takeAnswers(one.now).empty()) << "it was not asked for the other one";
  EXPECT_EQ(one.task<Membership::Report>().outcome.text, "not used: its answer came too late");
}

TEST(Membership, AProcessThatGoesOnReportsTheEndThatItReads) {
  Member one;
  one.m.load({"key0", "restart", minutes(15), 90}, one.now.boot);
  EXPECT_EQ(one.m.readsAfter(), 90);
  one.reads({{"started", 3}});
  EXPECT_TRUE(one.idle()) << "it is verified at this moment";
  one.reads({{"succeeded", 3}});
  const auto find = one.task<Membership::Ask>();
  EXPECT_EQ(find.question.key, "key0") << "the id was in memory alone";
  one.m.asked({Asked::End::kGiven, "p1"}, one.now);
  const auto report = one.task<Membership::Report>();
  EXPECT_EQ(report.permit, "p1");
  EXPECT_TRUE(report.outcome.ok);
  EXPECT_EQ(report.outcome.text, "remedy restart: succeeded");
}

// Another replica has gone on with the attempt, or the history is gone.
TEST(Membership, WhoseEndIsNeverSeenIsWaitedForUntilAfterItsDeadline) {
  Member one;
  one.m.load({"key0", "restart", minutes(15), 90}, one.now.boot);
  one.reads({{"started", 3}});
  one.pass(minutes(16));
  one.reads({});
  EXPECT_TRUE(one.idle());
  one.pass(seconds(1));
  one.reads({});
  one.task<Membership::Clear>();
  one.m.cleared("", one.now);
  EXPECT_TRUE(one.m.free());
}

TEST(Membership, AProcessThatGoesOnGivesBackWhatNoAttemptHasUsed) {
  Member one;
  one.m.load({"key0", "restart", minutes(15), 90}, one.now.boot);
  one.reads({});
  one.task<Membership::Ask>();
  one.m.asked({Asked::End::kGiven, "p1"}, one.now);
  EXPECT_EQ(one.task<Membership::Report>().outcome.text, "not used: heald ended before");
}

TEST(Membership, AProcessThatGoesOnForgetsWhatWasNeverGiven) {
  Member one;
  one.m.load({"key0", "restart", minutes(15), 90}, one.now.boot);
  one.reads({});
  one.task<Membership::Ask>();
  one.m.asked({Asked::End::kDenied, "", "in_flight"}, one.now);
  one.task<Membership::Clear>();
}

TEST(Membership, TheNameOfAMarkSaysAllThatTheQuestionWasMadeOf) {
  const PermitMark mark{"0a1b", "fix@queue", minutes(15), 90};
  const std::string member = "fleet-reboots/node-1/https://heald.example:3001";
  const std::string name = nameOf(mark, member);
  EXPECT_EQ(name, "permit/0a1b/900/fix@queue/" + member);
  EXPECT_EQ(markOf(name, 90), std::pair(mark, member));
  for (const char* other : {"otlp", "receiver/a", "permit/", "permit/a/b", "permit/a/x/r/m"}) {
    EXPECT_FALSE(markOf(other, 1)) << other;
  }
}

}  // namespace
}  // namespace heald::outbox
