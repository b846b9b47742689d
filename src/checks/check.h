#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "config/fields.h"
#include "core/check_status.h"
#include "core/measurement.h"
#include "core/time.h"
#include "io/services.h"

namespace heald::checks {

// What one run found. `message` is one line of valid UTF-8 for humans, at most 512 bytes; it never
// holds a secret and never becomes a metric label.
struct CheckResult {
  core::CheckStatus status = core::CheckStatus::kUnknown;
  std::string message;
  // What was measured on the way; no label twice, at most kMaxMeasurements.
  std::vector<core::Measurement> measurements = {};
};

// One check has at most this many series of measurements.
inline constexpr std::size_t kMaxMeasurements = 32;

// What a run is given. `timeout` is the check's own; a run that exceeds it ends as critical
// ("timed out after 5s"), because a service that does not answer is not healthy.
struct CheckRun {
  std::string check;  // its name, for HEALD_CHECK and the log
  core::Duration timeout{};
  io::CancelToken cancel;
};

// One configured check: immutable options, no state of its own, so that runs may overlap.
class Check : public config::Part {
 public:
  using Done = std::function<void(CheckResult)>;

  // Starts one run and returns at once. `done` is called exactly once, from any thread, perhaps
  // before this returns; also when the run is cancelled (kUnknown, "cancelled") or cannot start
  // (kUnknown, with the reason: a program that does not exist tells nothing about the service).
  // Never throws.
  virtual void start(io::Services& services, const CheckRun& run, Done done) const = 0;
};

}  // namespace heald::checks
