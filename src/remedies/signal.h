#pragma once

#include "config/fields.h"

namespace heald::remedies {

// `signal`: a signal to processes, by command, user or pid file (io/process_selector.h); with
// `orphans: true` only to the orphans among them. Process 1, heald itself, what it runs and what it
// descends from never get one, and neither does a later process with the number of one that was
// meant (io/process_signal.h).
//
// TERM, INT, QUIT and KILL are to end them, and so is every signal with `kill_after`: then it is ok
// when all have ended, and failed when one is still there when its time is over. Any other signal
// is ok when it is sent. No process to be found is ok, too: there is nothing to do, and the check
// tells whether that was right. At most 256 processes get it at one time; more of them are a
// failure, and the rest is for the next attempt.
config::Kind signalKind();

}  // namespace heald::remedies
