#pragma once

#include <string>

#include "core/time.h"

namespace heald::core {

// "2026-11-23T20:47:00.123Z" (RFC 3339, UTC, milliseconds): the one form of a time for people.
std::string toIso8601(WallTime time);

// "1h 5m", "2m 15s", "5s", "250ms": the two largest units; "0s" for nothing. Milliseconds only
// below ten seconds.
std::string toText(Duration duration);

}  // namespace heald::core
