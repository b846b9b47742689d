#pragma once

#include <optional>
#include <string_view>

#include "core/time.h"

namespace heald::http {

// A time of RFC 3339, as Go and people write it: "2026-11-23T20:47:00.123456789+01:00". Digits
// beyond nanoseconds are cut; years outside of 1970 to 2200 become the nearer end, so that every
// time has its place. Nothing when it is none.
std::optional<core::WallTime> parseTimestamp(std::string_view text);

}  // namespace heald::http
