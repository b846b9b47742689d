#pragma once

#include "config/fields.h"

namespace heald::checks {

// `systemd`: the state of a unit, over D-Bus. Healthy in one of the states of `expect`; while it
// reloads it counts as active. Critical in every other: failed, inactive, no such unit, and waiting
// for systemd's own restart ("auto-restart"). Unknown while it starts or stops, since that is about
// to change, and when systemd cannot be asked.
config::Kind systemdKind();

}  // namespace heald::checks
