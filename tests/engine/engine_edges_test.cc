// An engine without a world around it: what it was started on, its store, and when it may end.
#include <gtest/gtest.h>

#include "engine/advice.h"
#include "engine/drive.h"
#include "support/alerts.h"

namespace heald::engine {
namespace {

const core::Now kStart{core::BootTime(std::chrono::hours(1)),
                       core::WallTime(std::chrono::hours(490'000))};

TEST(EngineEdges, WithoutAStateThatCanBeReadTheStoreCountsAsDown) {
  const Engine engine(test::oneRemedy(), std::nullopt, kStart);
  const Snapshot snapshot = engine.snapshot(kStart);
  EXPECT_FALSE(snapshot.store_up);
  EXPECT_EQ(snapshot.store_error, "state unreadable");
  ASSERT_EQ(snapshot.governors.size(), 1u);
  EXPECT_TRUE(snapshot.governors[0].state.dormant());
}

TEST(EngineEdges, AGovernorThatCannotBeReadIsDormantAndToldOf) {
  Saved saved;
  saved.unreadable = {{"r1", "no such breaker"}};
  Engine engine(test::manyRemedies(2), saved, kStart);
  const Snapshot snapshot = engine.snapshot(kStart);
  ASSERT_EQ(snapshot.governors.size(), 2u);
  EXPECT_FALSE(snapshot.governors[0].state.dormant());
  ASSERT_TRUE(snapshot.governors[1].state.dormant());
  EXPECT_NE(snapshot.governors[1].state.dormancy->reason.find("no such breaker"),
            std::string::npos);
  EXPECT_TRUE(snapshot.store_up);
  const auto told = engine.changes(kStart).history;
  ASSERT_FALSE(told.empty());
  EXPECT_EQ(told[0].kind, HistoryKind::kStore);
  EXPECT_EQ(told[0].event, "unreadable");
  EXPECT_EQ(told[0].message, "r1: no such breaker");
  EXPECT_EQ(told[0].at, kStart.wall);
}

TEST(EngineEdges, AStoreThatFailsIsNotedOnceAndTheFirstCauseStaysUntilItIsOver) {
  Engine engine(test::oneRemedy(), Saved{}, kStart);
  const auto notedAfter = [&](const std::string& error) {
    Output out;
    engine.storeProbed(error, kStart, out);
    return out.notes.empty() ? "" : out.notes[0].message + ": " + out.notes[0].fields[0].second;
  };
  const std::string down = "the store is unavailable: nothing starts until it answers again: ";
  EXPECT_EQ(notedAfter(""), "") << "as before";
  EXPECT_EQ(notedAfter("disk full"), down + "disk full");
  EXPECT_FALSE(engine.snapshot(kStart).store_up);
  EXPECT_EQ(notedAfter("disk full"), "");
  EXPECT_EQ(notedAfter("cannot be opened"), "") << "a consequence";
  EXPECT_EQ(engine.snapshot(kStart).store_error, "disk full");
  Output out;
  engine.storeProbed("", kStart, out);
  ASSERT_EQ(out.notes.size(), 1u);
  EXPECT_EQ(out.notes[0].message, "the store is available again");
  EXPECT_EQ(engine.snapshot(kStart).store_error, "");
  EXPECT_EQ(notedAfter("locked"), down + "locked") << "another time";
}

TEST(EngineEdges, AStoreThatLivesOnItsReserveIsNotedOnceAndItsEndOnce) {
  Engine engine(test::oneRemedy(), Saved{}, kStart);
  const auto notedAfter = [&](StoreRoom::State state) {
    Output out;
    engine.storeRoom({state, "full"}, kStart, out);
    return out.notes.empty() ? "" : out.notes[0].message;
  };
  using State = StoreRoom::State;
  EXPECT_EQ(notedAfter(State::kOnReserve),
            "the disk of the store is full: heald lives on its reserve");
  EXPECT_EQ(notedAfter(State::kOnReserve), "");
  EXPECT_EQ(engine.snapshot(kStart).store_room.reason, "full");
  EXPECT_EQ(overallStatus(engine.snapshot(kStart), kStart), Overall::kDegraded);
  auto found = issues(engine.snapshot(kStart), kStart);
  std::erase_if(found, [](const Issue& issue) { return issue.reason == "check_pending"; });
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].message,
            "the disk of the store is full, and heald lives on its reserve: full");
  EXPECT_EQ(notedAfter(State::kPlenty), "the disk of the store has room again");
  Output out;
  engine.storeProbed("disk full", kStart, out);
  EXPECT_EQ(notedAfter(State::kOnReserve), "") << "the store's own line says it";
}

TEST(EngineEdges, AStopMayCompleteWhenNoActionRuns) {
  engine::Setup setup = test::forAlerts();
  Engine engine(setup, Saved{}, kStart);
  std::string store_error;
  const auto act = [&](const Event& event) {
    return drive(engine, event, kStart, [&](const Changes&) { return store_error; });
  };
  EXPECT_TRUE(engine.idle());
  std::uint64_t run = 0;
  for (const Action& action : act(RunRemedyNow{"restart", "alice"}).actions) {
    if (const auto* start = std::get_if<StartAction>(&action)) {
      run = start->run;
    }
  }
  ASSERT_NE(run, 0u);
  EXPECT_FALSE(engine.idle());
  store_error = "disk full";
  act(ActionFinished{run, ActionOutcome::kOk, "", ""});
  ASSERT_EQ(engine.snapshot(kStart).remedies[0].phase, Phase::kReporting);
  EXPECT_TRUE(engine.idle()) << "the next start looks at an attempt whose result is not on disk";
}

}  // namespace
}  // namespace heald::engine
