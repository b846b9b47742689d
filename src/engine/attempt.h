#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/time.h"
#include "engine/output.h"
#include "engine/phases.h"

namespace heald::engine {

// One attempt of a remedy, from the first thought of it to its result, as a value: as made, there
// is none. Where it goes next is one exhaustive table: see phases.h. When there is none any more,
// all of it is gone at once (Turns::rest): what is read of it later (what the remedy is wanted for,
// what is shown of its last result) is the remedy's. Times are of the boot clock. A run is the
// number by which an answer is known; 0: none.
struct Attempt {
  Phase phase = Phase::kIdle;  // changed by Turns alone, as next() says

  // While it is thought of. By Wants:
  std::optional<core::BootTime> wanted_at;  // since when; none from the start of its action on
  bool checked = false;  // waits, and the check has been run again for it already
  // By FleetAsks:
  core::BootTime asked_at{};                // when the fleet's server was asked for the permit
  std::optional<core::BootTime> asks_from;  // not before it is that server asked again
  std::uint64_t permit = 0;  // run of the question that got one; 0 as soon as it is used, too
  // By whom it waits: Wants, FleetAsks, Verification.
  std::uint64_t awaited = 0;  // run of the check, or of asking for the alert or a permit

  // Its admission. By Attempts::admit, or by Recovery:
  std::uint64_t number = 0;  // of its governor's ticket; 0: it has none
  int step = 0;              // of the remedy's escalation; the first is 0. By Escalation
  core::BootTime started{};  // when it was admitted; not of one that is recovering
  bool recovering = false;   // it was in flight at the last process's end

  // Its action. By Attempts, with what the action said; of one that is recovering by Recovery.
  std::uint64_t run = 0;         // of the action, since its start
  core::BootTime acted{};        // when that has ended; before `started`: that is not known
  std::string text;              // of its end, one line. By Verification, too
  std::string error;             // what is matched against the permanent-open conditions
  std::string output;            // the first kHistoryOutputBytes
  std::string printed;           // the first line, cleaned, of an action that failed
  std::optional<int> exit_code;  // of its command

  // Whether it has helped. By Verification:
  core::BootTime verify_until{};  // the end of the window for that
  bool ceased = false;            // the alert does not fire: Alertmanager was asked

  // Its result, while it is reporting. By Attempts:
  bool ok = false;
  FailureReason reason = FailureReason::kError;  // of one that is not ok

  // Where it goes when this happens; nothing: there it cannot happen.
  std::optional<Phase> next(AttemptEvent event) const { return engine::next(phase, event); }

  bool operator==(const Attempt&) const = default;

  // From its admission to its result on record.
  bool busy() const { return number != 0; }
  // Whether it has to wait for its time, its turn or a permit.
  bool waits() const {
    return phase == Phase::kWaiting || phase == Phase::kQueued || phase == Phase::kAsking;
  }
};

}  // namespace heald::engine
