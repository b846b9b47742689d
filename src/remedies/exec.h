#pragma once

#include "config/fields.h"

namespace heald::remedies {

// `exec`: a command under a supervisor process, so that nothing of it outlives its timeout or heald
// itself. Exit code 0 is ok. When its time is over it gets TERM, and KILL `kill_after` later. What
// it leaves running in the background is ended with it: a service is started through its manager
// (systemctl restart …). It runs in a clean environment with HEALD_CHECK, HEALD_REMEDY,
// HEALD_ATTEMPT and HEALD_REASON; as root heald may run it as another user.
config::Kind execKind();

}  // namespace heald::remedies
