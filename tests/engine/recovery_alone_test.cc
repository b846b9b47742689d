// What a last process has left in flight, alone; recovery_test.cc has the whole engine around it.
#include "engine/recovery.h"

#include <gtest/gtest.h>

#include "engine/checks.h"
#include "engine/episodes.h"

namespace heald::engine {
namespace {

using std::chrono::hours;

const core::Now kStart{core::BootTime(hours(1)), core::WallTime(hours(490'000))};

// Two remedies under one governor, which has attempts 1, 2 and 3 in flight.
struct Left {
  Left() {
    roster.clear(0);
    for (const char* name : {"restart", "reload"}) {
      Remedy remedy;
      remedy.spec.name = name;
      roster.add(remedy);
    }
    core::GovernorState state;
    for (const char* name : {"restart", "", "gone"}) {
      core::Ticket ticket;
      ticket.id = state.in_flight.size() + 1;
      ticket.remedy = name;
      state.in_flight.push_back(ticket);
    }
    governors.load(0, state);
  }
  void begin() {
    recovery.begin(kStart, [](const std::string&, std::uint64_t attempt) { return attempt == 2; });
  }
  std::vector<std::uint64_t> flying() const {
    std::vector<std::uint64_t> ids;
    for (const core::Ticket& ticket : governors[0].state().in_flight) ids.push_back(ticket.id);
    return ids;
  }

  HealingPolicy policy;
  Checks checks;
  Episodes episodes;
  Governors governors{std::vector<GovernorSpec>{{"main", {}}}};
  Roster roster;
  Slots slots{policy, governors};
  SustainedHealth health{roster, governors, episodes.lines(), checks};
  Turns turns{roster, slots, health};
  Recovery recovery{roster, turns, governors, episodes.book()};
  Output out;
  Step step{kStart, out};
};

TEST(RecoveryAlone, AnAttemptOfARemedyThatIsThereIsLookedAtAtOnce) {
  Left left;
  left.begin();
  EXPECT_EQ(left.roster[0].attempt.number, 1u);
  EXPECT_TRUE(left.roster[0].attempt.recovering);
  EXPECT_EQ(left.turns.takeDue(kStart.boot), 0);
  EXPECT_EQ(left.roster[1].attempt.number, 0u) << "nothing of it was in flight";
}

TEST(RecoveryAlone, OneThatNobodyGoesOnWithIsProposedToHaveFailedUntilThatIsOnRecord) {
  Left left;
  left.begin();
  left.recovery.goOn(left.step);
  EXPECT_EQ(left.flying(), (std::vector<std::uint64_t>{1, 2})) << "the permit is left alone";
  left.governors.undo(kStart);
  left.recovery.forgetSettled();
  left.recovery.goOn(left.step);
  EXPECT_TRUE(left.governors.proposed()) << "the commit failed: again";
  left.governors.keep(kStart);
  left.recovery.forgetSettled();
  left.recovery.goOn(left.step);
  EXPECT_FALSE(left.governors.proposed());
}

TEST(RecoveryAlone, OneOfAConfigurationThatIsGoneIsLostToo) {
  Left left;
  left.recovery.lose(0, 1);
  left.recovery.goOn(left.step);
  EXPECT_EQ(left.flying(), (std::vector<std::uint64_t>{2, 3}));
}

TEST(RecoveryAlone, AnAttemptForAnAlertFindsItsEpisode) {
  Left left;
  const EpisodeKey key{"restart", "a"};
  (void)left.episodes.hear(key, "", {"a", kStart.wall, true, {}}, kStart);
  left.episodes.admitted(key, 1);
  left.begin();
  EXPECT_EQ(left.roster[0].episode, key);
}

}  // namespace
}  // namespace heald::engine
