#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>

#include "door/phase.h"

namespace heald::door {

// When each connection has waited too long in its phase. All of one phase wait equally long, so
// each phase is a queue and nothing is ever sorted or searched. Pure.
class Deadlines {
 public:
  using Id = std::uint64_t;
  using Clock = std::chrono::steady_clock;

  explicit Deadlines(const Patience& patience);

  // From now on this connection is in this phase; whatever it was in before is over.
  void enter(Id id, Phase phase, Clock::time_point now);
  void leave(Id id);

  // The next that is over, or nothing. It stays until it enters another phase or leaves.
  std::optional<Id> over(Clock::time_point now) const;
  std::optional<Clock::time_point> next() const;
  std::optional<Id> oldest(Phase phase) const;

 private:
  struct Entry {
    Id id = 0;
    Clock::time_point since{};
  };
  struct Place {
    Phase phase = Phase::kHead;
    std::list<Entry>::iterator entry{};
  };

  std::array<std::optional<Clock::duration>, kPhases> limits_;
  std::array<std::list<Entry>, kPhases> queues_;
  std::unordered_map<Id, Place> places_;
};

}  // namespace heald::door
