// The machine of an attempt: every pair of a phase and what happens in it.
#include "engine/phases.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace heald::engine {
namespace {

using E = AttemptEvent;
using P = Phase;

constexpr std::array kPhases = {P::kIdle,        P::kWaiting,   P::kQueued,
                                P::kPrechecking, P::kAsking,    P::kActing,
                                P::kSettling,    P::kVerifying, P::kReporting};
constexpr std::array kEvents = {E::kDenied,      E::kGivenUp,  E::kWaits,         E::kQueues,
                                E::kPrechecks,   E::kTooEarly, E::kAsks,          E::kAdmitted,
                                E::kInterrupted, E::kActed,    E::kActedForAlert, E::kLooks,
                                E::kNotKnownYet, E::kEnded,    E::kReported};

std::string nameOf(std::optional<Phase> phase) {
  return phase ? std::string(toString(*phase)) : "–";
}

// The table that phases.h draws, by what happens and then by phase.
std::map<std::string, std::vector<std::string>> drawn() {
  std::map<std::string, std::vector<std::string>> table;
  std::ifstream header(HEALD_SOURCE_DIR "/src/engine/phases.h");
  bool inside = false;
  for (std::string line; std::getline(header, line);) {
    if (line.find("happens \\ in") != std::string::npos) {
      inside = true;
      continue;
    }
    std::istringstream words(line);
    std::string slashes;
    std::string event;
    if (!(words >> slashes >> event)) inside = false;
    if (!inside) continue;
    for (std::string word; words >> word;) {
      table[event].push_back(word == "pre." ? "prechecking" : word);
    }
  }
  return table;
}

TEST(Phases, EveryPairIsAsTheTableDrawsIt) {
  static_assert(kPhases.size() * kEvents.size() == 135 && kEvents.size() == kAttemptEventCount);
  const auto table = drawn();
  ASSERT_EQ(table.size(), kEvents.size());
  for (const AttemptEvent event : kEvents) {
    const auto row = table.find(std::string(toString(event)));
    ASSERT_NE(row, table.end()) << toString(event);
    ASSERT_EQ(row->second.size(), kPhases.size()) << toString(event);
    for (std::size_t i = 0; i < kPhases.size(); ++i) {
      EXPECT_EQ(nameOf(next(kPhases[i], event)), row->second[i])
          << toString(event) << " in " << toString(kPhases[i]);
    }
  }
}

bool inFlight(Phase phase) {
  return phase == P::kActing || phase == P::kSettling || phase == P::kVerifying ||
         phase == P::kReporting;
}

TEST(Phases, ATicketIsGivenBackByADurableResultOrAStoreThatDidNotTakeItAlone) {
  for (const Phase phase : kPhases) {
    for (const AttemptEvent event : kEvents) {
      const auto to = next(phase, event);
      if (!to || !inFlight(phase) || inFlight(*to)) continue;
      EXPECT_TRUE((phase == P::kReporting && event == E::kReported) ||
                  (phase == P::kActing && event == E::kDenied))
          << toString(event) << " in " << toString(phase);
    }
  }
}

TEST(Phases, AnActionStartsWithATicketAloneAndNeverOutOfAnotherAttempt) {
  for (const Phase phase : kPhases) {
    for (const AttemptEvent event : kEvents) {
      EXPECT_EQ(next(phase, event) == P::kActing, event == E::kAdmitted && !inFlight(phase))
          << toString(event) << " in " << toString(phase);
    }
  }
}

TEST(Phases, OnlyWhatWasLookedAtIsLookedAtAgain) {
  EXPECT_EQ(next(P::kVerifying, E::kNotKnownYet), P::kSettling);
  for (const AttemptEvent event : kEvents) {
    const auto to = next(P::kReporting, event);
    EXPECT_TRUE(!to || to == P::kIdle) << toString(event);
  }
}

// Whatever happens, an attempt can come to its end.
TEST(Phases, FromEveryPhaseAWayLeadsToIdle) {
  for (const Phase from : kPhases) {
    std::vector<Phase> reached = {from};
    for (std::size_t i = 0; i < reached.size(); ++i) {
      for (const AttemptEvent event : kEvents) {
        const auto to = next(reached[i], event);
        if (to && std::find(reached.begin(), reached.end(), *to) == reached.end()) {
          reached.push_back(*to);
        }
      }
    }
    EXPECT_NE(std::find(reached.begin(), reached.end(), P::kIdle), reached.end()) << toString(from);
  }
}

}  // namespace
}  // namespace heald::engine
