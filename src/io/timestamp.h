#pragma once

#include <optional>
#include <string_view>

#include "core/time.h"

namespace heald::io {

// A time of RFC 3339, as Go and people write it: "2026-11-23T20:47:00.123456789+01:00". Digits
// beyond nanoseconds are cut; years outside of 1970 to 2200 become the nearer end, so that every
// time has its place. Nothing when it is none.
std::optional<core::WallTime> parseTimestamp(std::string_view text);

// What a person types: a time of RFC 3339, or a shorter one. Without a zone it is UTC, as are all
// times that heald prints; without seconds, or without a time of day, the rest is zero:
// "2026-11-28", "2026-11-28 14:30", "2026-11-28T14:30:05+01:00".
std::optional<core::WallTime> parseTypedTime(std::string_view text);

}  // namespace heald::io
