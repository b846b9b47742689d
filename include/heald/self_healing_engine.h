#pragma once

#include <string>

#include "heald/result.h"

namespace heald {

// The switch between automatic healing and dormant mode, over all governors. Thread-safe; each call
// is durable when it returns.
class SelfHealingEngine {
 public:
  virtual ~SelfHealingEngine() = default;
  // Resumes every dormant governor. kInvalid for a blank reason, kConflict when none is dormant,
  // kUnavailable when the store does not take it. Starts nothing by itself.
  virtual Result<void> resumeFromDormant(const std::string& reason) = 0;
  // Makes every governor dormant, by hand.
  virtual Result<void> enterDormant(const std::string& reason) = 0;
  // Whether any governor is dormant.
  virtual bool isDormant() const = 0;
};

}  // namespace heald
