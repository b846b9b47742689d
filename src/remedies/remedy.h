#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/fields.h"
#include "core/time.h"
#include "io/services.h"

namespace heald::remedies {

enum class ActionOutcome { kOk, kFailed, kTimeout, kCancelled };

// How an action ended. `text` is the reason in one line ("exit code 3"), for status and log;
// `output` is what it printed or the HTTP body, at most 64 KiB, as bytes: permanent-open conditions
// are matched against both.
struct ActionResult {
  ActionOutcome outcome = ActionOutcome::kFailed;
  std::string text;
  std::string output;
  std::optional<int> exit_code = {};  // of a command that exited
};

struct ActionRun {
  // HEALD_CHECK, HEALD_REMEDY, HEALD_ATTEMPT, HEALD_REASON with their values, free of NUL.
  std::vector<std::pair<std::string, std::string>> environment;
  // Of the alert that asks for it. Those of Part::labels() match their patterns.
  std::vector<std::pair<std::string, std::string>> labels;
  std::uint64_t attempt = 0;  // its number under its governor
  core::WallTime now{};       // of its start
  io::CancelToken cancel;
};

// One configured action: immutable, without state; the timeout is mandatory and its own.
class Remedy : public config::Part {
 public:
  using Done = std::function<void(ActionResult)>;

  // Starts the action and returns at once. `done` is called exactly once, from any thread, after
  // everything the action started is gone. Never throws.
  virtual void start(io::Services& services, const ActionRun& run, Done done) const = 0;
  virtual core::Duration timeout() const = 0;
};

}  // namespace heald::remedies
