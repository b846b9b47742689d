#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/time.h"
#include "engine/episodes.h"
#include "engine/output.h"
#include "engine/setup.h"
#include "engine/snapshot.h"

namespace heald::engine {

// A remedy, or one target of it, and how far its attempt is.
struct Remedy {
  RemedySpec spec;
  int check = -1;
  int governor = 0;
  Phase phase = Phase::kIdle;   // changed by Turns alone
  bool pause_noted = false;     // that it is held back by a pause, since the last time it was not
  bool preventive_run = false;  // the present one came from the preventive task
  bool recovering = false;      // the present attempt was in flight at the last process's end
  std::uint64_t attempt = 0;
  std::uint64_t run = 0;  // of the action
  int step = 0;           // of its escalation, of the present attempt; the first is 0
  int base = 0;           // where its figures are: the configured remedy's index, often its own
  std::string target;     // of the one that serves one target
  std::optional<EpisodeKey> episode;  // that it is wanted for, or was last
  bool checked = false;               // waits, and the check has been run again for it already
  std::uint64_t awaited = 0;          // run of the check, or of asking for the alert or a permit
  std::uint64_t permit = 0;           // run of the question that got one, which no attempt has used
  core::BootTime asked_at{};          // for it
  std::optional<core::BootTime> asks_from;  // not before it is the fleet's server asked again
  bool ceased = false;                      // the alert does not fire: Alertmanager was asked
  core::BootTime started{};
  core::BootTime acted{};                   // when the action of the present attempt has ended
  std::optional<core::BootTime> healed_at;  // when its last successful attempt ended
  core::BootTime verify_until{};
  std::optional<core::BootTime> wanted_at;
  std::string text;              // of the present attempt's end, one line
  std::string error;             // what is matched against the permanent-open conditions
  std::string output;            // its first lines
  std::string printed;           // the first of them, cleaned, of an action that failed
  std::optional<int> exit_code;  // of its command
  std::string told_denial;       // by the history, since the last attempt
  bool ok = false;
  FailureReason reason = FailureReason::kError;
  RemedyView view;

  bool busy() const { return attempt != 0; }
  // Whether a denial is worth waiting for: something may ask for it again.
  bool asksAgain() const { return check >= 0 || spec.byAlert(); }
  // Whether it has to wait for its time, its turn or a permit.
  bool waits() const {
    return phase == Phase::kWaiting || phase == Phase::kQueued || phase == Phase::kAsking;
  }
};

inline Episodes::Group groupOf(const Remedy& remedy) {
  return {remedy.spec.name, remedy.target};
}

}  // namespace heald::engine
