// An engine without a world around it: what it was started on, its store, and when it may end.
#include <gtest/gtest.h>

#include "engine/advice.h"
#include "engine/drive.h"
#include "support/alerts.h"

namespace heald::engine {
namespace {

const core::Now kEngineStart{core::BootTime(std::chrono::hours(1)),
                             core::WallTime(std::chrono::hours(490'000))};

TEST(EngineAlone, WithoutAStateThatCanBeReadTheStoreCountsAsDown) {
  const Engine engine(test::oneRemedy(), std::nullopt, kEngineStart);
  const Snapshot snapshot = engine.snapshot(kEngineStart);
  EXPECT_FALSE(snapshot.store_up);
  EXPECT_EQ(snapshot.store_error, "state unreadable");
  ASSERT_EQ(snapshot.governors.size(), 1u);
  EXPECT_TRUE(snapshot.governors[0].state.dormant());
}

TEST(EngineAlone, AGovernorThatCannotBeReadIsDormantAndToldOf) {
  Saved saved;
  saved.unreadable = {{"r1", "no such breaker"}};
  Engine engine(test::manyRemedies(2), saved, kEngineStart);
  const Snapshot snapshot = engine.snapshot(kEngineStart);
  ASSERT_EQ(snapshot.governors.size(), 2u);
  EXPECT_FALSE(snapshot.governors[0].state.dormant());
  ASSERT_TRUE(snapshot.governors[1].state.dormant());
  EXPECT_NE(snapshot.governors[1].state.dormancy->reason.find("no such breaker"),
            std::string::npos);
  EXPECT_TRUE(snapshot.store_up);
  const auto told = engine.changes(kEngineStart).history;
  ASSERT_FALSE(told.empty());
  EXPECT_EQ(told[0].kind, HistoryKind::kStore);
  EXPECT_EQ(told[0].event, "unreadable");
  EXPECT_EQ(told[0].message, "r1: no such breaker");
  EXPECT_EQ(told[0].at, kEngineStart.wall);
}

TEST(EngineAlone, AStoreThatFailsIsNotedOnceAndTheFirstCauseStaysUntilItIsOver) {
  Engine engine(test::oneRemedy(), Saved{}, kEngineStart);
  const auto notedAfter = [&](const std::string& error) {
    Output out;
    engine.storeProbed(error, kEngineStart, out);
    return out.notes.empty() ? "" : out.notes[0].message + ": " + out.notes[0].fields[0].second;
  };
  const std::string down = "the store is unavailable: nothing starts until it answers again: ";
  EXPECT_EQ(notedAfter(""), "") << "as before";
  EXPECT_EQ(notedAfter("disk full"), down + "disk full");
  EXPECT_FALSE(engine.snapshot(kEngineStart).store_up);
  EXPECT_EQ(notedAfter("disk full"), "");
  EXPECT_EQ(notedAfter("cannot be opened"), "") << "a consequence";
  EXPECT_EQ(engine.snapshot(kEngineStart).store_error, "disk full");
  Output out;
  engine.storeProbed("", kEngineStart, out);
  ASSERT_EQ(out.notes.size(), 1u);
  EXPECT_EQ(out.notes[0].message, "the store is available again");
  EXPECT_EQ(engine.snapshot(kEngineStart).store_error, "");
  EXPECT_EQ(notedAfter("locked"), down + "locked") << "another time";
}

TEST(EngineAlone, AStoreThatLivesOnItsReserveIsNotedOnceAndItsEndOnce) {
  Engine engine(test::oneRemedy(), Saved{}, kEngineStart);
  const auto notedAfter = [&](StoreRoom::State state) {
    Output out;
    engine.storeRoom({state, "full"}, kEngineStart, out);
    return out.notes.empty() ? "" : out.notes[0].message;
  };
  using State = StoreRoom::State;
  EXPECT_EQ(notedAfter(State::kOnReserve),
            "the disk of the store is full: heald lives on its reserve");
  EXPECT_EQ(notedAfter(State::kOnReserve), "");
  EXPECT_EQ(engine.snapshot(kEngineStart).store_room.reason, "full");
  EXPECT_EQ(overallStatus(engine.snapshot(kEngineStart), kEngineStart), Overall::kDegraded);
  auto found = issues(engine.snapshot(kEngineStart), kEngineStart);
  std::erase_if(found, [](const Issue& issue) { return issue.reason == "check_pending"; });
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].message,
            "the disk of the store is full, and heald lives on its reserve: full");
  EXPECT_EQ(notedAfter(State::kPlenty), "the disk of the store has room again");
  Output out;
  engine.storeProbed("disk full", kEngineStart, out);
  EXPECT_EQ(notedAfter(State::kOnReserve), "") << "the store's own line says it";
}

TEST(EngineAlone, AStopMayCompleteWhenNoActionRuns) {
  engine::Setup setup = test::forAlerts();
  Engine engine(setup, Saved{}, kEngineStart);
  std::string store_error;
  const auto act = [&](const Event& event) {
    return drive(engine, event, kEngineStart, [&](const Changes&) { return store_error; });
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
  ASSERT_EQ(engine.snapshot(kEngineStart).remedies[0].phase, Phase::kReporting);
  EXPECT_TRUE(engine.idle()) << "the next start looks at an attempt whose result is not on disk";
}

}  // namespace
}  // namespace heald::engine
