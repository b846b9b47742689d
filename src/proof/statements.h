#pragma once

#include <optional>

#include "core/governor.h"
#include "proof/event.h"
#include "proof/situation.h"

namespace heald::proof {

// One step of the production governor, with what it answered.
struct Transition {
  const core::GovernorPolicy& policy;
  Event event;
  const core::GovernorState& before;
  const core::GovernorState& after;
  core::Now at;     // of the event
  core::Now later;  // when `after` is looked at: after a tick, or on another boot
  std::optional<core::Verdict> asked;     // what ask() said before a trigger
  std::optional<core::Verdict> answered;  // what the trigger said
  std::optional<core::Ticket> ticket;
  bool accepted = true;  // a human action, or a result
};

// The first of the statements of docs/governor.md ("What follows", and the tables above it) that
// this step does not keep, as a sentence; null when it keeps all.
const char* violationOf(const Transition& step);

// The same of what the path to a situation has come to.
const char* violationOf(const core::GovernorPolicy& policy, core::Duration tick,
                        const Situation& situation);

// Statement 6, of a state alone.
const char* stuck(const core::Governor& governor, core::BootTime now);

// Whether the step is one after which the attempts are counted anew.
bool isFreshStart(const Transition& step);

}  // namespace heald::proof
