#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/snapshot.h"

namespace heald::engine {

// What happens to an attempt, from the first thought of it to its result.
enum class AttemptEvent : std::uint8_t {
  kDenied,         // a guard said no; of an admitted one: the store did not take it
  kGivenUp,        // paused, held back, recovered, resolved, not needed, or heald stops
  kWaits,          // after a denial that time ends
  kQueues,         // after a denial that another attempt ends
  kPrechecks,      // its check is run once more
  kTooEarly,       // the check was run, or a permit given, and the wait is not quite over
  kAsks,           // the fleet's server is asked for a permit
  kAdmitted,       // the governor gave a ticket
  kInterrupted,    // a last process has left it in flight
  kActed,          // the action has ended well; its check is run a while later
  kActedForAlert,  // likewise, and the alert tells, or is asked about
  kLooks,          // its check is run, or Alertmanager is asked about what was interrupted
  kNotKnownYet,    // that said nothing final: another look later
  kEnded,          // how it has ended is known
  kReported        // and durable
};
inline constexpr std::size_t kAttemptEventCount = 15;
std::string_view toString(AttemptEvent event);  // "denied", "given_up", …

// The machine of an attempt: where it goes from `phase` when this happens; nothing: there it cannot
// happen. The whole of it (pre.: prechecking):
//
//   happens \ in    idle     waiting queued pre.    asking  acting    settling  verifying reporting
//   denied          idle     idle    idle   idle    idle    idle      –         –         –
//   given_up        idle     idle    idle   idle    idle    –         –         –         –
//   waits           waiting  waiting –      –       –       –         –         –         –
//   queues          queued   –       –      –       –       –         –         –         –
//   prechecks       pre.     pre.    pre.   –       pre.    –         –         –         –
//   too_early       –        waiting –      waiting waiting –         –         –         –
//   asks            asking   asking  asking asking  –       –         –         –         –
//   admitted        acting   acting  acting acting  acting  –         –         –         –
//   interrupted     settling –       –      –       –       –         –         –         –
//   acted           –        –       –      –       –       settling  –         –         –
//   acted_for_alert –        –       –      –       –       verifying –         –         –
//   looks           –        –       –      –       –       –         verifying verifying –
//   not_known_yet   –        –       –      –       –       –         –         settling  –
//   ended           –        –       –      –       –       reporting reporting reporting –
//   reported        –        –       –      –       –       –         –         –         idle
//
// From acting to reporting it has a ticket, which only a result that is durable gives back, or a
// store that did not take it.
std::optional<Phase> next(Phase phase, AttemptEvent event);

}  // namespace heald::engine
