#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/governor.h"
#include "core/time.h"
#include "engine/history.h"
#include "engine/output.h"

namespace heald::simulation {

// What has happened in virtual time. All moments count from the start.

using EntryFields = std::vector<std::pair<std::string, std::string>>;

struct Entry {
  core::Duration at{};
  engine::Note::Level level = engine::Note::Level::kInfo;
  std::string message;
  EntryFields fields;
  bool scripted = false;  // the scenario did it: a human, an alert, a fault
};

// "" when there is none.
inline std::string fieldOf(const EntryFields& fields, std::string_view key) {
  for (const auto& [name, value] : fields) {
    if (name == key) return value;
  }
  return "";
}

struct AttemptMade {
  std::string remedy;  // empty: somebody else's, with a permit
  std::string governor;
  std::uint64_t attempt = 0;
  int step = 0;  // counted from 1; 0 with a permit
  core::Duration started{};
  std::optional<core::Duration> ended;
  bool ok = false;
};

// A governor from `at` on, as it was made durable.
struct GovernorPoint {
  core::Duration at{};
  std::string governor;
  bool dormant = false;
  core::BreakerState breaker = core::BreakerState::kClosed;
  core::Duration open_until{};  // meaningful while OPEN
  int consecutive_failures = 0;
  std::optional<core::Duration> waits_until;  // the end of the backoff
};

// From `at` on a check counts as this.
struct HealthPoint {
  core::Duration at{};
  std::string check;
  std::string health;  // "healthy", "warning", "unhealthy"
};

struct Verdict {
  std::string place;  // "file:line:col"
  std::string what;   // "governor main at 40m: attempts"
  std::string expected;
  std::string got;
  bool ok = false;
  core::Duration at{};  // when it was looked at
};

inline std::string toText(const Verdict& verdict) {
  return verdict.place + ": " + verdict.what + ": expected " + verdict.expected + ", got " +
         verdict.got;
}

// What the members of a governor's fleet have asked for.
struct FleetPlayed {
  std::string governor;
  std::size_t members = 0;
  int at_once = 0;
  int asked = 0;
  int given = 0;
  std::vector<std::pair<std::string, int>> refused;  // by the word of the denial, sorted
  std::vector<core::Duration> dormant;               // when it became so
  std::size_t lost = 0;                              // at the end, or when heald was there last
  int most_lost = 0;                                 // whatever happens, before a human must act
  int most_attempts = 0;                             // likewise, without a success in between
};

struct Record {
  core::Duration run_for{};
  std::vector<FleetPlayed> fleets;
  std::vector<std::string> ask_fleets;  // remedies that ask another heald, which says yes here
  std::vector<Entry> entries;
  std::vector<AttemptMade> attempts;
  std::vector<GovernorPoint> governors;
  std::vector<HealthPoint> healths;
  std::vector<Verdict> verdicts;
  std::vector<engine::HistoryEntry> history;  // as heald writes it, in wall time
  core::WallTime began{};
  bool complete = true;  // it did not end early: see Beginning
  std::uint64_t check_runs = 0;
  std::uint64_t steps = 0;  // events of the engine

  bool ok() const {
    for (const Verdict& verdict : verdicts) {
      if (!verdict.ok) return false;
    }
    return true;
  }
};

}  // namespace heald::simulation
