#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/governor.h"
#include "core/time.h"

namespace heald::api {

// What would happen under one governor from the present state on, if nobody else did anything.
struct WhatIf {
  enum class First : std::uint8_t { kNothing, kResume, kRetry, kReset };
  static constexpr core::Duration kLongest = std::chrono::hours(24 * 7);

  std::string governor;
  core::Duration lasts = std::chrono::hours(1);
  First first = First::kNothing;  // what a human does now
  bool heals = false;             // the next attempt heals what is wrong; else every one fails
};

struct Foreseen {
  struct Attempt {
    std::string remedy;
    std::string governor;
    std::uint64_t number = 0;
    int step = 0;  // from 1
    core::WallTime started;
    std::optional<core::WallTime> ended;
    bool ok = false;
  };
  struct State {
    core::WallTime at;
    bool dormant = false;
    core::BreakerState breaker = core::BreakerState::kClosed;
    std::optional<core::WallTime> open_until;
    std::optional<core::WallTime> waits_until;
    int consecutive_failures = 0;
  };
  struct Health {
    core::WallTime at;
    std::string check;
    std::string health;
  };

  core::WallTime from;
  core::WallTime until;
  bool complete = true;  // it was not cut off by the bound of its work
  std::vector<Attempt> attempts;
  std::vector<State> states;  // of the governor itself, the present one first
  std::vector<Health> healths;
  std::vector<std::string> assumptions;  // a sentence each
  std::string refused;                   // why what a human does first would be refused; or ""
};

}  // namespace heald::api
