#pragma once

#include "config/fields.h"

namespace heald::remedies {

// `systemd`: restarts, starts, stops or reloads a unit, over D-Bus, without starting a program.
//
// A job that is done says little: systemd calls the restart of a service done whose program fails a
// moment later. So the unit is looked at again after `settle`: it must be active (a oneshot may
// have ended well), or inactive after a stop, and it must not have been started again meanwhile.
// A job that has not ended within `timeout` is a failure and is left to systemd.
config::Kind systemdKind();

}  // namespace heald::remedies
