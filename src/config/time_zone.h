#pragma once

#include <optional>
#include <string>

#include "core/zone.h"

namespace heald::config {

// A zone of the machine's time zone database ("Europe/Berlin", "UTC"), with all its changes until
// the end of the century; none when the database has no such zone. Read from disk at each call.
std::optional<core::Zone> zoneNamed(const std::string& name);

}  // namespace heald::config
