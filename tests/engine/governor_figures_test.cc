#include "engine/governor_figures.h"

#include <gtest/gtest.h>

namespace heald::engine {
namespace {

struct Ward {
  Stale stale;
  GovernorFigures figures{stale};
};

TEST(GovernorFigures, OfOneThatNothingHasHappenedToAreZero) {
  const Ward ward;
  EXPECT_EQ(ward.figures[5].counters.resumes, 0u);
  EXPECT_EQ(ward.figures[5].last_result, std::nullopt);
}

TEST(GovernorFigures, WhatIsCountedMakesItsOwnViewStale) {
  Ward ward;
  (void)ward.stale.take();
  ward.figures.suppressed(3, core::Guard::kBudget);
  ++ward.figures.at(3).counters.retries;
  EXPECT_EQ(ward.stale.take(), std::vector<int>{3});
  EXPECT_EQ(ward.figures[3].counters.suppressed[static_cast<std::size_t>(core::Guard::kBudget)],
            1u);
  EXPECT_EQ(ward.figures[2].counters.retries, 0u);
}

TEST(GovernorFigures, TheDenialsOfAllOutliveOneThatIsForgotten) {
  Ward ward;
  ward.figures.suppressed(0, core::Guard::kDormant);
  ward.figures.suppressed(1, core::Guard::kDormant);
  ward.figures.forget(1);
  const auto dormant = static_cast<std::size_t>(core::Guard::kDormant);
  EXPECT_EQ(ward.figures[1].counters.suppressed[dormant], 0u);
  EXPECT_EQ(ward.figures.suppressedOfAll()[dormant], 2u);
}

TEST(GovernorFigures, TheFirstPermitIsTheFirst) {
  Ward ward;
  const core::BootTime then{std::chrono::hours(1)};
  ward.figures.permitAsked(0, then);
  ward.figures.permitAsked(0, then + std::chrono::hours(1));
  EXPECT_EQ(ward.figures[0].first_permit, then);
}

TEST(GovernorFigures, OnlyEdgesOfTheBreakerAndOfDormancyAreCounted) {
  Ward ward;
  core::GovernorState before;
  core::GovernorState after;
  after.breaker.state = core::BreakerState::kOpen;
  after.dormancy = core::DormancyRecord{"a test", {}, core::TriggeredBy::kAutomatic, {}};
  ward.figures.changed(0, before, after);
  ward.figures.changed(0, after, after);
  const GovernorCounters& counters = ward.figures[0].counters;
  const auto at = [](auto word) { return static_cast<std::size_t>(word); };
  EXPECT_EQ(counters.transitions[at(core::BreakerState::kClosed)][at(core::BreakerState::kOpen)],
            1u);
  EXPECT_EQ(counters.dormant_entries[at(core::TriggeredBy::kAutomatic)], 1u);
}

}  // namespace
}  // namespace heald::engine
