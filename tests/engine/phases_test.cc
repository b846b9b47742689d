#include "engine/phases.h"

#include <gtest/gtest.h>

#include <array>

namespace heald::engine {
namespace {

constexpr std::array kPhases = {Phase::kIdle,        Phase::kWaiting,  Phase::kQueued,
                                Phase::kPrechecking, Phase::kActing,   Phase::kSettling,
                                Phase::kVerifying,   Phase::kReporting};

bool inFlight(Phase phase) {
  return phase == Phase::kActing || phase == Phase::kSettling || phase == Phase::kVerifying ||
         phase == Phase::kReporting;
}

TEST(Phases, AnAttemptInFlightIsReportedBeforeAnythingElseBegins) {
  for (const Phase from : kPhases) {
    for (const Phase to : kPhases) {
      const bool forgotten = inFlight(from) && !inFlight(to) && mayFollow(from, to);
      const bool known = from == Phase::kReporting || from == Phase::kActing;
      EXPECT_FALSE(forgotten && !(known && to == Phase::kIdle))
          << toString(from) << " to " << toString(to);
    }
  }
}

TEST(Phases, AnActionStartsAfterAQuestionAndNeverOutOfAnotherAttempt) {
  for (const Phase from : kPhases) {
    EXPECT_EQ(mayFollow(from, Phase::kActing), !inFlight(from) || from == Phase::kActing)
        << toString(from);
  }
}

TEST(Phases, OnlyWhatWasLookedAtIsLookedAtAgain) {
  EXPECT_TRUE(mayFollow(Phase::kVerifying, Phase::kSettling));
  EXPECT_FALSE(mayFollow(Phase::kReporting, Phase::kSettling));
  EXPECT_FALSE(mayFollow(Phase::kReporting, Phase::kVerifying));
}

}  // namespace
}  // namespace heald::engine
