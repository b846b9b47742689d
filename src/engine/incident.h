#pragma once

#include <string>

#include "core/time.h"

namespace heald::engine {

// How far one remedy has come since its check needs it: an escalation goes on from here. It begins
// with the first attempt and ends when the check counts as healed; of a remedy without a check,
// with a success. An alert has its own in its Episode.
struct Incident {
  std::string check;       // "" of a remedy without one
  core::WallTime since{};  // the check's present status, when the first attempt started
  int failures = 0;
  int step = 0;  // the furthest that an attempt has started with, from 1; 0: none

  friend bool operator==(const Incident&, const Incident&) = default;
};

}  // namespace heald::engine
