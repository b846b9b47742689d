#pragma once

#include <string>
#include <string_view>

#include "core/time.h"

namespace heald::io {

// Bytes from the world made fit for people, JSON and Prometheus. Pure and thread-safe.

// A message for humans has at most this many bytes.
inline constexpr std::size_t kMessageBytes = 512;

// Every byte that is not part of well-formed UTF-8 becomes U+FFFD.
std::string toValidUtf8(std::string_view bytes);
// At most `max` bytes, cut between characters, the cut shown by "…". Takes valid UTF-8.
std::string clip(std::string text, std::size_t max);
// The first line with something on it, without the white space around it; "" when there is none.
std::string_view firstLine(std::string_view text);
// One line of valid UTF-8 without control characters (each becomes a space), clipped.
std::string oneLine(std::string_view bytes, std::size_t max = kMessageBytes);
// Without white space at both ends.
std::string_view trim(std::string_view text);
// "5s", "1.5s", "250ms", "2m", "1h": in the largest unit that keeps it short.
std::string shortDuration(core::Duration duration);

}  // namespace heald::io
