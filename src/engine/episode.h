#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "core/time.h"
#include "engine/event.h"

namespace heald::engine {

// An episode is one alert, as one remedy sees it, from the moment that it is told to fire to the
// moment that it is reported as resolved. Alertmanager tells of it again and again, perhaps with
// another start (docs/adr/0047): so it goes by what the alert is, and only its latest episode is
// known.
struct EpisodeKey {
  std::string remedy;
  std::string identity;  // identityOf()

  friend auto operator<=>(const EpisodeKey&, const EpisodeKey&) = default;
};

struct Episode {
  std::string target;  // the label's value, where the remedy has targets
  Labels labels;
  bool firing = true;
  // That was admitted for it; 0: none was.
  static constexpr std::uint64_t kObserved = ~std::uint64_t{0};  // would have been
  std::uint64_t attempt = 0;
  core::WallTime heard_at{};  // last
  // Its incident: attempts for it that have failed, and the furthest step that one of them has
  // started with, from 1; 0: none.
  int failures = 0;
  int step = 0;
  std::string fingerprint;            // as Alertmanager names it
  core::WallTime starts_at{};         // as it was told first
  core::WallTime ended_at{};          // by the earliest end that was told; while it is over
  core::WallTime before{};            // when the episode before this one ended; zero: none is known
  std::uint64_t earlier_attempt = 0;  // the last one of the episodes before this one

  friend bool operator==(const Episode&, const Episode&) = default;
};

}  // namespace heald::engine
