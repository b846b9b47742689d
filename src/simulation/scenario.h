#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/environment.h"
#include "config/problem.h"
#include "core/check_status.h"
#include "core/time.h"
#include "engine/event.h"
#include "engine/setup.h"

namespace heald::simulation {

// What a scenario file says: what the checks and remedies of a configuration do and when, what
// humans do, what goes wrong around heald, and what is expected of it. All times count from the
// start of heald. The language is docs/simulate.md.

// From `at` on the check finds this, until its next change.
struct CheckChange {
  core::Duration at{};
  core::CheckStatus status = core::CheckStatus::kOk;
  std::string message;
  core::Duration takes{};
};

// What an attempt does.
struct Outcome {
  engine::ActionOutcome outcome = engine::ActionOutcome::kFailed;
  std::optional<int> step;   // of these steps only, counted from 1
  std::optional<int> times;  // so often (once), then the next entry; the last one stays
  // Of attempts that start at or after `from` and before `until` only. A backtest's, in the order
  // of `from`; no key.
  std::optional<core::Duration> from;
  std::optional<core::Duration> until;
  core::Duration takes{};
  std::string text = "as the scenario says";  // how it failed, one line
  std::string output;
  // So long after the action ended, its check finds ok, and so long after that what it found
  // before.
  std::optional<core::Duration> heals_after;
  std::optional<core::Duration> relapses_after;
};

// An event of the engine's at a moment: a human action, an alert.
struct TimedEvent {
  core::Duration at{};
  std::string what;  // one line for people
  engine::Event event;
  std::string labels = {};  // of an alert, one line
};

// A permit that somebody asks for, and how it is reported; not at all when `reports` is empty.
struct PermitAsked {
  core::Duration at{};
  engine::RequestPermit request;
  std::string reports;  // "ok", "failed" or ""
  core::Duration after{};
  std::string error;
};

struct Fault {
  enum class Kind { kCrash, kReboot, kSuspend, kStoreDown, kClockForward, kClockBack };
  core::Duration at{};
  Kind kind = Kind::kCrash;
  core::Duration lasts{};
};

// At `at`, or at the end: each of `facts` (see facts.h) has to be as said.
struct Expectation {
  std::string place;  // "file:line:col"
  std::optional<core::Duration> at;
  std::string noun;  // "governor", "remedy" or "check"
  std::string name;
  std::vector<std::pair<std::string, std::string>> facts;
  std::optional<std::vector<core::Duration>> starts;  // of the remedy's attempts, all until then
  std::optional<std::vector<int>> steps;              // that they took, from 1
};

struct Scenario {
  std::string title;
  core::Duration run_for = std::chrono::hours(1);
  std::optional<core::WallTime> starts_at;  // what the wall clock shows at the start
  std::vector<std::pair<std::string, std::vector<CheckChange>>> checks;  // by name
  std::vector<std::pair<std::string, std::vector<Outcome>>> remedies;
  std::vector<TimedEvent> events;
  std::vector<PermitAsked> permits;
  std::vector<Fault> faults;
  std::vector<Expectation> expectations;
};

struct ScenarioRead {
  Scenario scenario;
  std::vector<config::Problem> problems;  // sorted by position; none: the scenario is whole

  bool ok() const { return problems.empty(); }
};

// Reads a scenario for this configuration; names that it does not have are mistakes.
ScenarioRead readScenario(std::string_view text, const std::string& file,
                          const engine::Setup& setup, const config::Lookup& environment);
ScenarioRead readScenarioFile(const std::string& path, const engine::Setup& setup,
                              const config::Lookup& environment);

}  // namespace heald::simulation
