#pragma once

#include "core/time.h"
#include "engine/output.h"

namespace heald::engine {

// What one step knows and fills.
struct Step {
  core::Now now;
  Output& out;
};

}  // namespace heald::engine
