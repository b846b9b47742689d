// What permits keep and tell, without an engine around them.
#include <gtest/gtest.h>

#include "engine/permits.h"

namespace heald::engine {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

core::Now inPermits(core::Duration since) {
  return {core::BootTime(hours(1) + since), core::WallTime(hours(490'000) + since)};
}

// Two governors, "main" and "backup", and their permits.
struct Desk {
  Governors governors{std::vector<GovernorSpec>{{"main", {}}, {"backup", {}}}};
  Approvals approvals;
  Detection detection{{}, {}};
  Permits permits{governors, detection, approvals};
  Output out;
  std::vector<Note> notes;

  Reply request(const std::string& governor, core::Duration since,
                const Permits::Outside& at = {}) {
    return *permits.request({governor, minutes(10), "nightly", "cron"}, at, inPermits(since), out);
  }
  std::vector<HistoryEntry> kept(core::Duration since) {
    std::vector<HistoryEntry> entries;
    governors.tell(entries, inPermits(since));
    permits.book().tell(entries, inPermits(since));
    governors.keep(inPermits(since));
    permits.book().keep(inPermits(since));
    (void)governors.takeKept(notes);
    for (Note& note : permits.committed()) notes.push_back(std::move(note));
    return entries;
  }
  void tend(core::Now now) {
    Step step{now, out};
    permits.tend(step);
  }
  Permit given(const std::string& governor, core::Duration since = {}) {
    const Permit permit = *request(governor, since).permit;
    (void)kept(since);
    return permit;
  }
};

using PermitFields = std::vector<std::pair<std::string, std::string>>;

Permit permitOn(const std::string& governor, const std::string& id, core::Duration deadline,
                std::uint64_t attempt = 1) {
  Permit permit;
  permit.id = id;
  permit.governor = governor;
  permit.attempt = attempt;
  permit.deadline = inPermits(deadline).boot;
  return permit;
}

TEST(PermitsRecord, OneThatIsGivenHasAllThatWasAsked) {
  Desk desk;
  core::GovernorState state;
  state.epoch = 3;
  desk.governors.load(1, state);
  const Reply reply = desk.request("backup", {});
  ASSERT_TRUE(reply.permit);
  EXPECT_FALSE(reply.denial);
  Permit expected = permitOn("backup", reply.permit->id, minutes(10));
  expected.epoch = 3;
  expected.granted_at = inPermits({}).wall;
  expected.reason = "nightly";
  expected.by = "cron";
  EXPECT_EQ(*reply.permit, expected);
  EXPECT_EQ(reply.message, "permit " + expected.id + " of governor \"backup\" for 10m");
  Changes changes;
  desk.permits.book().write(changes);
  ASSERT_EQ(changes.permits.size(), 1u);
  EXPECT_EQ(changes.permits[0].first, expected.id);
  EXPECT_EQ(changes.permits[0].second, expected);
  const auto told = desk.kept({});
  ASSERT_EQ(told.size(), 1u);
  const HistoryEntry started{.kind = HistoryKind::kAttempt,
                             .event = "started",
                             .at = inPermits({}).wall,
                             .governor = "backup",
                             .attempt = 1,
                             .actor = "cron",
                             .message = "nightly",
                             .details = {{"permit", expected.id}}};
  EXPECT_EQ(told[0], started);
}

TEST(PermitsRecord, AnIdIsOfItsGovernorItsNumberAndItsMoment) {
  Desk desk;
  const std::string main = desk.given("main").id;
  const std::string backup = desk.given("backup").id;
  Desk later;
  const std::string again = later.given("main", nanoseconds(1)).id;
  EXPECT_EQ(main.substr(0, 2), "1-");
  EXPECT_EQ(main.size(), 18u);
  EXPECT_NE(main, backup);
  EXPECT_NE(main, again);
  Desk same;
  EXPECT_EQ(same.given("main").id, main);
}

TEST(PermitsRecord, AReportIsKeptWithItsTextAndTheGovernorHearsTheError) {
  Desk desk;
  const Permit permit = desk.given("backup");
  const auto answer = desk.permits.report({permit.id, false, "exit code 1", "unauthorized", "cron"},
                                          inPermits(milliseconds(2500)));
  ASSERT_TRUE(answer.ok());
  Permit ended = permit;
  ended.state = PermitState::kFailed;
  ended.ended_at = inPermits(milliseconds(2500)).wall;
  ended.error = "exit code 1";
  EXPECT_EQ(answer->permit, ended);
  EXPECT_EQ(answer->message, "permit " + permit.id + " has ended: failed");
  EXPECT_EQ(desk.governors[1].state().breaker.state, core::BreakerState::kPermanentOpen);
  const auto told = desk.kept(milliseconds(2500));
  ASSERT_FALSE(told.empty());
  const HistoryEntry failed{.kind = HistoryKind::kAttempt,
                            .event = "failed",
                            .at = ended.ended_at,
                            .governor = "backup",
                            .attempt = 1,
                            .actor = "cron",
                            .message = "exit code 1",
                            .details = {{"consecutiveFailures", std::int64_t{1}},
                                        {"permit", permit.id},
                                        {"result", std::string("failed")},
                                        {"duration", std::int64_t{2500}}}};
  EXPECT_EQ(told[0], failed);
}

TEST(PermitsRecord, OneThatExpiresSaysWhy) {
  Desk desk;
  const Permit permit = desk.given("backup");
  desk.tend(inPermits(minutes(10) - nanoseconds(1)));
  EXPECT_FALSE(desk.permits.book().proposed());
  desk.tend(inPermits(minutes(10)));
  const auto told = desk.kept(minutes(10));
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].message, "timed out: no result was reported by the deadline");
  EXPECT_EQ(told[0].details[2].second, HistoryValue(std::string("expired")));
  const PermitFields fields = {
      {"governor", "backup"},
      {"permit", permit.id},
      {"attempt", "1"},
      {"by", "cron"},
      {"result", "expired: timed out: no result was reported by the deadline"},
      {"consecutive_failures", "1"},
      {"backoff", "5s"}};
  EXPECT_EQ(desk.notes.back().message, "permit ended");
  EXPECT_EQ(desk.notes.back().fields, fields);
}

TEST(PermitsRecord, ADenialIsToldOnceUntilOneIsGiven) {
  Desk desk;
  const Permit permit = desk.given("backup");
  const Reply denied = desk.request("backup", seconds(1));
  ASSERT_TRUE(denied.denial);
  EXPECT_FALSE(denied.permit);
  EXPECT_EQ(denied.message, "no permit of governor \"backup\": denied by the guard in_flight");
  const HistoryEntry told{.kind = HistoryKind::kDenial,
                          .event = "in_flight",
                          .governor = "backup",
                          .actor = "cron",
                          .message = "denied by the guard in_flight"};
  EXPECT_EQ(desk.out.remarks, std::vector{told});
  const PermitFields fields = {
      {"governor", "backup"}, {"guard", "in_flight"}, {"message", "denied by the guard in_flight"}};
  ASSERT_EQ(desk.out.notes.size(), 1u);
  EXPECT_EQ(desk.out.notes[0].fields, fields);
  (void)desk.request("backup", seconds(2));
  EXPECT_EQ(desk.out.remarks.size(), 1u) << "the same answer";
  (void)desk.permits.report({permit.id, true, "", "", "cron"}, inPermits(seconds(3)));
  (void)desk.kept(seconds(3));
  (void)desk.given("backup", seconds(4));
  (void)desk.request("backup", seconds(5));
  EXPECT_EQ(desk.out.remarks.size(), 2u);
}

TEST(PermitsRecord, WhatStandsBeforeTheGovernorIsSaidWithItsEnd) {
  Desk desk;
  const Pause pause{inPermits(hours(1)).boot, {}, "moving", "alice"};
  const Reply paused = desk.request("main", minutes(1), {{}, false, &pause});
  ASSERT_TRUE(paused.denial);
  EXPECT_EQ(paused.denial->message, "everything is paused for another 59m: moving");
  EXPECT_EQ(paused.denial->until, inPermits(hours(1)).wall);
  EXPECT_FALSE(paused.denial->guard);
  const Reply observed = desk.request("main", {}, {{}, true, nullptr});
  EXPECT_EQ(observed.denial->message,
            "heald only observes and gives no permit; this one would be given");
  ASSERT_FALSE(desk.out.remarks.empty());
  EXPECT_EQ(desk.out.remarks.back().actor, "cron");
  EXPECT_EQ(desk.out.remarks.back().event, "observe_mode");
  const Reply twice = desk.request("main", {}, {{.feature_enabled = false}, true, nullptr});
  EXPECT_EQ(twice.denial->message,
            "heald only observes and gives no permit; this one would be denied by the guard "
            "feature_flag");
  EXPECT_EQ(twice.denial->until, std::nullopt);
  EXPECT_FALSE(desk.governors.proposed());
}

TEST(PermitsRecord, TheFirstDeadlineIsTheNext) {
  Desk desk;
  EXPECT_EQ(desk.permits.book().nextDeadline(), std::nullopt);
  desk.permits.book().load(permitOn("main", "1-b", minutes(5)));
  desk.permits.book().load(permitOn("main", "1-a", minutes(9), 2));
  EXPECT_EQ(desk.permits.book().nextDeadline(), inPermits(minutes(5)).boot);
  desk.permits.book().load(permitOn("main", "1-c", minutes(3), 3));
  EXPECT_EQ(desk.permits.book().nextDeadline(), inPermits(minutes(3)).boot);
  Permit over = permitOn("main", "1-d", minutes(1), 4);
  over.state = PermitState::kOk;
  desk.permits.book().load(over);
  EXPECT_EQ(desk.permits.book().nextDeadline(), inPermits(minutes(3)).boot) << "it has ended";
}

TEST(PermitsRecord, AnAttemptIsOwnedByGovernorAndNumberWhileItIsOutstanding) {
  Desk desk;
  desk.permits.book().load(permitOn("main", "7-a", minutes(5), 7));
  Permit over = permitOn("main", "8-a", minutes(5), 8);
  over.state = PermitState::kFailed;
  desk.permits.book().load(over);
  EXPECT_TRUE(desk.permits.book().owns("main", 7));
  EXPECT_FALSE(desk.permits.book().owns("main", 8));
  EXPECT_FALSE(desk.permits.book().owns("main", 9));
  EXPECT_FALSE(desk.permits.book().owns("backup", 7));
}

TEST(PermitsRecord, WhatHasEndedIsRememberedForADay) {
  Desk desk;
  Permit over = permitOn("main", "1-a", {});
  over.state = PermitState::kOk;
  over.ended_at = inPermits({}).wall;
  desk.permits.book().load(over);
  const auto remembered = [&](core::Duration since) {
    const Permit next = desk.given("backup", since);  // what is old makes room
    const bool found = desk.permits.report({"1-a", true, "", "", ""}, inPermits(since)).ok();
    (void)desk.permits.report({next.id, true, "", "", ""}, inPermits(since));
    (void)desk.kept(since);
    return found;
  };
  EXPECT_TRUE(remembered(hours(24)));
  EXPECT_FALSE(remembered(hours(24) + nanoseconds(1)));
}

TEST(PermitsRecord, AReportThatIsRefusedIsToldWhatThePermitIs) {
  Desk desk;
  const Permit permit = desk.given("main");
  const auto refusalOf = [&](const std::string& id, bool ok, core::Duration since) {
    const auto answer = desk.permits.report({id, ok, "", "", ""}, inPermits(since));
    return answer.ok() ? "" : answer.error().message;
  };
  EXPECT_EQ(refusalOf("1-x", true, {}),
            "no permit \"1-x\": it was never given, or ended so long ago that it is forgotten");
  EXPECT_EQ(desk.permits.report({"1-x", true, "", "", ""}, inPermits({})).error().code,
            ErrorCode::kNotFound);
  EXPECT_EQ(refusalOf(permit.id, true, minutes(1)), "");
  EXPECT_EQ(refusalOf(permit.id, false, minutes(2)),
            "permit \"" + permit.id + "\" was already reported as ok");
  (void)desk.kept(minutes(2));
  const Permit late = desk.given("main", minutes(3));
  EXPECT_EQ(refusalOf(late.id, true, minutes(13)),
            "permit \"" + late.id +
                "\" has expired: it was not reported by its deadline, and counts as failed");
}

}  // namespace
}  // namespace heald::engine
