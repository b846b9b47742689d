#include "outbox/notice.h"

#include "support.h"

namespace heald::outbox {
namespace {

using engine::HistoryKind;
using engine::Severity;
using testing::HasSubstr;

class Interpreting : public testing::Test {
 protected:
  Notice read(const engine::HistoryEntry& entry) {
    const auto notice = interpreter_.read(entry);
    EXPECT_TRUE(notice) << toString(entry.kind) << " " << entry.event;
    return notice.value_or(Notice{});
  }
  bool silent(const engine::HistoryEntry& entry) { return !interpreter_.read(entry); }

  Interpreter interpreter_{"web-1"};
};

TEST_F(Interpreting, ADormantGovernorSaysWhatTheAlertSays) {
  const Notice notice = read(dormant("main", 0));
  EXPECT_EQ(notice.alert, "HealdDormant");
  EXPECT_EQ(notice.severity, Severity::kCritical);
  EXPECT_EQ(notice.summary, "Healing has stopped: main is dormant");
  EXPECT_EQ(notice.description,
            "main on web-1 has tried as often as it may, without success. What happened: "
            "`healdctl explain main`. When the cause is fixed: `healdctl resume main --reason "
            "\"what was fixed\"`");
  EXPECT_EQ(notice.impact,
            "No remedy under main starts any more, until a human resumes it. Checks go on.");
  EXPECT_EQ(notice.reason, "Exceeded max failures");
}

TEST_F(Interpreting, TheBreakerIsNamedWhereItMadeAGovernorDormant) {
  EXPECT_THAT(read(dormant("main", 0, "circuit_breaker")).description,
              HasSubstr("An error that no retry can help"));
}

TEST_F(Interpreting, WhatAHumanMadeDormantIsNoEmergency) {
  const Notice notice = read(dormant("main", 0, "manual"));
  EXPECT_EQ(notice.alert, "HealdDormantByHand");
  EXPECT_EQ(notice.severity, Severity::kInfo);
}

TEST_F(Interpreting, AnEndHasTheSeverityOfItsBeginningAndSaysWhoAndHowLong) {
  read(dormant("main", 0, "manual"));
  interpreter_.read({.kind = HistoryKind::kHuman,
                     .event = "resume",
                     .governor = "main",
                     .actor = "token ops",
                     .message = "key is back"});
  const Notice over = read(active("main", 60));
  EXPECT_TRUE(over.over);
  EXPECT_EQ(over.severity, Severity::kInfo);
  EXPECT_EQ(over.since, at(0).wall);
  EXPECT_EQ(over.reason, "token ops: key is back");
}

TEST_F(Interpreting, AnEndWhoseBeginningIsUnknownIsToldWithoutIt) {
  const Notice over = read(active("main", 60));
  EXPECT_TRUE(over.over);
  EXPECT_EQ(over.since, std::nullopt);
  EXPECT_EQ(over.severity, Severity::kCritical);
}

TEST_F(Interpreting, APermanentlyOpenBreakerBeginsAndEnds) {
  EXPECT_EQ(read(breaker("main", "PERMANENT_OPEN", "HALF_OPEN", 0)).alert, "HealdPermanentlyOpen");
  EXPECT_TRUE(read(breaker("main", "HALF_OPEN", "PERMANENT_OPEN", 5)).over);
  EXPECT_TRUE(silent(breaker("main", "OPEN", "CLOSED", 6)));
}

TEST_F(Interpreting, TroubleOfTheStoreBeginsAndEnds) {
  EXPECT_EQ(read(store("unavailable", 0)).reason, "disk full");
  EXPECT_TRUE(read(store("available", 9)).over);
  EXPECT_EQ(read(store("on_reserve", 10)).alert, "HealdStoreOnReserve");
  EXPECT_TRUE(read(store("reserve_kept", 11)).over);
  EXPECT_TRUE(silent(store("reserve_kept", 12))) << "that of an ordinary start";
}

TEST_F(Interpreting, WhatWakesNobodyIsSilent) {
  for (const auto kind :
       {HistoryKind::kHeald, HistoryKind::kCheck, HistoryKind::kAlert, HistoryKind::kAttempt,
        HistoryKind::kFlag, HistoryKind::kPause, HistoryKind::kApproval}) {
    EXPECT_TRUE(silent({.kind = kind, .event = "failed", .governor = "main"})) << toString(kind);
  }
  EXPECT_TRUE(silent({.kind = HistoryKind::kDenial, .event = "backoff"}));
  EXPECT_TRUE(silent({.kind = HistoryKind::kReload, .event = "reloaded"}));
  EXPECT_TRUE(silent({.kind = HistoryKind::kAccess, .event = "token_created"}));
}

TEST_F(Interpreting, ARefusedReloadAWrongTokenAndTheStormBrakeHaveNoEnd) {
  EXPECT_TRUE(
      read({.kind = HistoryKind::kReload, .event = "refused", .message = "x.yml:1"}).instant);
  EXPECT_TRUE(read({.kind = HistoryKind::kAccess, .event = "wrong_token", .actor = "api"}).instant);
  EXPECT_EQ(read({.kind = HistoryKind::kDenial, .event = "storm_brake"}).alert, "HealdStormBrake");
}

TEST_F(Interpreting, AnAttemptThatWaitsForAnApprovalIsTold) {
  const Notice notice = read({.kind = HistoryKind::kDenial,
                              .event = "approval",
                              .governor = "main",
                              .remedy = "fix",
                              .message = "healdctl approve fix --reason \"<why>\""});
  EXPECT_EQ(notice.alert, "HealdApprovalWanted");
  EXPECT_EQ(notice.summary, "An attempt of fix waits for the approval of a human");
  EXPECT_THAT(notice.reason, HasSubstr("healdctl approve fix"));
}

TEST_F(Interpreting, EachMemberOfAFleetThatWaitsForAnApprovalHasANoticeOfItsOwn) {
  const auto waits = [this](const std::string& member) {
    return read({.kind = HistoryKind::kDenial,
                 .event = "approval",
                 .governor = "reboots",
                 .message = "healdctl approve reboots --permit --target " + member});
  };
  const Notice first = waits("node-1");
  const Notice second = waits("node-2");
  EXPECT_NE(first.problem, second.problem) << "a digest would drop one of them";
  EXPECT_THAT(second.reason, HasSubstr("node-2"));
  EXPECT_EQ(waits("node-1").problem, first.problem);
}

TEST_F(Interpreting, ATargetIsQuotedForTheShell) {
  EXPECT_THAT(read(dormant("restart@a b", 0)).description,
              HasSubstr("`healdctl resume 'restart@a b' --reason"));
  EXPECT_THAT(read(dormant("restart@a'; reboot", 0)).description,
              HasSubstr("`healdctl explain 'restart@a'\\''; reboot'`"));
}

}  // namespace
}  // namespace heald::outbox
