#pragma once

#include <string>

#include "core/time.h"

namespace heald::engine {

// A human has said that nothing is to start for a remedy (or, under the name "", for any, permits
// included) until a moment: maintenance. Durable; it ends by itself.
struct Pause {
  core::BootTime until{};  // a wait: no step of the wall clock shortens it
  core::WallTime since{};
  std::string reason;
  std::string by;            // who said so
  bool from_window = false;  // of the configuration: not durable, and no human can end it

  friend bool operator==(const Pause&, const Pause&) = default;
};

}  // namespace heald::engine
