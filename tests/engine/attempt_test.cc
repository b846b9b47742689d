// An attempt is a value.
#include "engine/attempt.h"

#include <gtest/gtest.h>

namespace heald::engine {
namespace {

constexpr Phase kAllPhases[] = {Phase::kIdle,        Phase::kWaiting,   Phase::kQueued,
                                Phase::kPrechecking, Phase::kAsking,    Phase::kActing,
                                Phase::kSettling,    Phase::kVerifying, Phase::kReporting};

TEST(Attempt, AsMadeThereIsNone) {
  const Attempt none;
  EXPECT_EQ(none.phase, Phase::kIdle);
  EXPECT_FALSE(none.busy());
  EXPECT_FALSE(none.waits());
  EXPECT_EQ(none, Attempt());
}

TEST(Attempt, GoesOnFromItsPhaseAsTheTableSays) {
  for (const Phase phase : kAllPhases) {
    Attempt attempt;
    attempt.phase = phase;
    for (std::size_t event = 0; event < kAttemptEventCount; ++event) {
      const auto happens = static_cast<AttemptEvent>(event);
      EXPECT_EQ(attempt.next(happens), next(phase, happens))
          << toString(happens) << " in " << toString(phase);
    }
    EXPECT_EQ(attempt.phase, phase) << "to ask changes nothing";
  }
}

TEST(Attempt, WaitsForItsTimeItsTurnOrAPermit) {
  for (const Phase phase : kAllPhases) {
    Attempt attempt;
    attempt.phase = phase;
    EXPECT_EQ(attempt.waits(),
              phase == Phase::kWaiting || phase == Phase::kQueued || phase == Phase::kAsking)
        << toString(phase);
  }
}

}  // namespace
}  // namespace heald::engine
