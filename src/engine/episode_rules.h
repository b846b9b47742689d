#pragma once

#include <cstdint>
#include <string>

#include "core/time.h"
#include "engine/episode.h"
#include "engine/event.h"

namespace heald::engine {

// What something told of an alert means for what is known of it: the table of docs/adr/0047. What
// is told may be late or out of order: two Alertmanagers tell the same without each other.
// - While one fires: that it fires, whatever its start is, is no news. That it is resolved ends it,
//   but for an end before its start, and for a start at or before the end of the episode before.
// - When it is over: what started after its end is another episode. What started before is told
//   late; but told kLate after the end and later, it was no end: the same episode goes on, with the
//   attempt that it has had.

// Longer than Alertmanager takes to give a notification up (its group_interval), and than it
// believes in an alert that Prometheus no longer tells of (4 minutes).
inline constexpr core::Duration kLate = std::chrono::minutes(5);

enum class Told : std::uint8_t {
  kBegins,      // another episode
  kBeganLate,   // another one, which is over already
  kAgain,       // that it fires, as is known
  kEnds,        // it is over
  kGoesOn,      // it fires again: it was not over
  kEndsBefore,  // it was over earlier than is known
  kOld,         // nothing
};

// `since`: it was heard of last.
Told meaningOf(const Alert& alert, const Episode& known, core::Duration since);
// Likewise when nothing is known of it.
Told meaningOf(const Alert& alert);

// When it is over: an end that is not told, or not possible, is the start, as nothing earlier can
// be meant.
core::WallTime endOf(const Alert& alert);
// The episode that begins with this, after `before`; it does not fire yet.
Episode beginningOf(const Alert& alert, const std::string& target, const Episode& before);

}  // namespace heald::engine
