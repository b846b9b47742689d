#include "outbox/trace.h"

#include <algorithm>

#include "support.h"

namespace heald::outbox {
namespace {

using engine::HistoryEntry;
using engine::HistoryKind;

const std::string kIncident =
    "check/api/" + std::to_string(at(-30).wall.time_since_epoch().count());

HistoryEntry attemptStarted(std::uint64_t number, double when) {
  return {.kind = HistoryKind::kAttempt,
          .event = "started",
          .at = at(when).wall,
          .governor = "gateway",
          .remedy = "restart",
          .check = "api",
          .attempt = number,
          .message = "status 503",
          .details = {{"step", std::int64_t{1}}, {"incident", kIncident}}};
}
HistoryEntry attemptEnded(std::uint64_t number, bool ok, double when) {
  return {
      .kind = HistoryKind::kAttempt,
      .event = ok ? "succeeded" : "failed",
      .at = at(when).wall,
      .governor = "gateway",
      .remedy = "restart",
      .attempt = number,
      .message = ok ? "exit code 0" : "the check is not healthy again",
      .details = {{"reason", std::string("verification")}, {"verification", std::int64_t{2000}}}};
}
HistoryEntry healthy(double when) {
  return {.kind = HistoryKind::kCheck, .event = "healthy", .at = at(when).wall, .check = "api"};
}

class Tracing : public testing::Test {
 protected:
  void happens(const HistoryEntry& entry) {
    for (Span& span : tracer_.read({++id_, entry, ""})) spans_.push_back(std::move(span));
  }
  const Span& named(const std::string& name, std::size_t which = 0) const {
    static const Span none;
    for (const Span& span : spans_) {
      if (span.name == name && which-- == 0) return span;
    }
    ADD_FAILURE() << "there is no span " << name;
    return none;
  }

  std::int64_t id_ = 0;
  Tracer tracer_{"web-1"};
  TraceIds ids_{"web-1"};
  std::vector<Span> spans_;
};

TEST_F(Tracing, AnIncidentIsOneTraceWithItsAttemptsTheirVerificationAndTheHuman) {
  happens(attemptStarted(1, 0));
  happens(attemptEnded(1, false, 5));
  happens(breaker("gateway", "OPEN", "CLOSED", 5));
  happens({.kind = HistoryKind::kHuman,
           .event = "retry",
           .at = at(60).wall,
           .governor = "gateway",
           .actor = "token ops",
           .message = "the queue is up"});
  happens(attemptStarted(2, 61));
  happens(healthy(64));
  happens(attemptEnded(2, true, 64));
  ASSERT_EQ(spans_.size(), 6u);
  for (const Span& span : spans_) EXPECT_EQ(span.trace, ids_.trace(kIncident)) << span.name;
  const Span& root = named("incident api");
  EXPECT_EQ(root.parent, "");
  EXPECT_EQ(root.start, at(-30).wall);
  EXPECT_EQ(root.end, at(64).wall);
  EXPECT_EQ(root.status, Span::Status::kOk);
  ASSERT_EQ(root.events.size(), 2u);
  EXPECT_EQ(root.events[0].name, "detected");
  EXPECT_EQ(root.events[1].name, "breaker OPEN");
  const Span& first = named("attempt restart");
  EXPECT_EQ(first.parent, root.id);
  EXPECT_EQ(first.start, at(0).wall);
  EXPECT_EQ(first.end, at(5).wall);
  EXPECT_EQ(first.status, Span::Status::kError);
  EXPECT_EQ(first.message, "the check is not healthy again");
  EXPECT_EQ(named("attempt restart", 1).status, Span::Status::kOk);
  EXPECT_EQ(named("verification").parent, first.id);
  EXPECT_EQ(named("verification").start, at(3).wall);
  EXPECT_EQ(named("human retry").parent, root.id);
}

TEST_F(Tracing, TheParentOfARemedyIsTheSpanOfItsAttempt) {
  happens(attemptStarted(1, 0));
  happens(attemptEnded(1, true, 5));
  EXPECT_EQ(ids_.parent(kIncident, "gateway", 1),
            "00-" + named("attempt restart").trace + "-" + named("attempt restart").id + "-01");
}

TEST_F(Tracing, ATracerThatIsMadeAnewGoesOnWithTheSameTrace) {
  Tracer before("web-1");
  before.read({1, attemptStarted(1, 0), ""});
  before.read({2, attemptEnded(1, false, 5), ""});
  happens(attemptStarted(1, 0));
  happens(attemptEnded(1, false, 5));
  const auto again = before.read({3, healthy(9), ""});
  happens(healthy(9));
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again.front().id, named("incident api").id);
  EXPECT_EQ(again.front().trace, named("incident api").trace);
}

TEST_F(Tracing, IdsHaveTheirLengthAndTellThingsApart) {
  EXPECT_EQ(ids_.trace("a").size(), 32u);
  EXPECT_EQ(ids_.root("a").size(), 16u);
  EXPECT_NE(ids_.trace("a"), ids_.trace("b"));
  EXPECT_NE(ids_.trace("a"), TraceIds("web-2").trace("a"));
  EXPECT_NE(ids_.attempt("a", "g", 1), ids_.attempt("a", "g", 2));
  EXPECT_EQ(ids_.trace("a").find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST_F(Tracing, AnAlertIsOverWhenItIsResolved) {
  HistoryEntry started = attemptStarted(1, 0);
  started.check = "";
  started.details = {{"step", std::int64_t{1}},
                     {"fingerprint", std::string("c1a5")},
                     {"incident", "alert/restart/c1a5/1795466820000000000"}};
  happens(started);
  happens(attemptEnded(1, true, 5));
  happens({.kind = HistoryKind::kAlert,
           .event = "resolved",
           .at = at(9).wall,
           .remedy = "restart",
           .details = {{"fingerprint", std::string("c1a5")}}});
  EXPECT_EQ(named("incident restart").start, at(0).wall);
  EXPECT_EQ(named("incident restart").end, at(9).wall);
}

TEST_F(Tracing, ARunThatNoIncidentAsksForIsOverWithItsAttempt) {
  HistoryEntry started = attemptStarted(3, 0);
  started.details = {{"incident", std::string("attempt/gateway/3")}};
  happens(started);
  happens(attemptEnded(3, true, 5));
  EXPECT_EQ(named("run restart").end, at(5).wall);
}

TEST_F(Tracing, WhatIsOfNoIncidentIsNoSpan) {
  happens(attemptEnded(9, true, 0));
  happens(healthy(1));
  happens(dormant("gateway", 2));
  HistoryEntry older = attemptStarted(1, 3);
  older.details = {{"step", std::int64_t{1}}};
  happens(older);
  EXPECT_TRUE(spans_.empty());
}

TEST_F(Tracing, WhatNeverEndsIsForgottenAndCostsNoMoreThanItsShare) {
  for (int i = 0; i < 3000; ++i) {
    HistoryEntry started = attemptStarted(static_cast<std::uint64_t>(i), i);
    started.details = {{"incident", "check/api/" + std::to_string(i)}};
    happens(started);
  }
  happens(healthy(9000));
  EXPECT_LE(spans_.size(), 1000u);
}

}  // namespace
}  // namespace heald::outbox
