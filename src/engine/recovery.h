#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/time.h"
#include "engine/episode_book.h"
#include "engine/governors.h"
#include "engine/roster.h"
#include "engine/step.h"
#include "engine/turns.h"

namespace heald::engine {

// Attempts that were in flight when the last process ended: verified by their checks, counted. And
// those whose remedy is not configured any more: nobody can verify them, they count as interrupted.
class Recovery {
 public:
  Recovery(Roster& roster, Turns& turns, Governors& governors, const EpisodeBook& episodes)
      : roster_(roster), turns_(turns), governors_(governors), episodes_(episodes) {}

  // Those that `others` says are not heald's own (permits) are left alone.
  using Owned = std::function<bool(const std::string& governor, std::uint64_t attempt)>;
  void begin(core::Now now, const Owned& others);
  // Nobody goes on with this attempt.
  void lose(int governor, std::uint64_t attempt) { lost_.push_back({governor, attempt}); }
  // Proposes that the lost ones have failed. Again with each step, until that is on record.
  void goOn(Step& step);
  // Of whose end is on record by now.
  void forgetSettled();

 private:
  struct Lost {
    int governor;
    std::uint64_t attempt;
  };

  Roster& roster_;
  Turns& turns_;
  Governors& governors_;
  const EpisodeBook& episodes_;
  std::vector<Lost> lost_;
};

}  // namespace heald::engine
