#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/time.h"
#include "heald/result.h"

namespace heald::config {

// Each reads the text of one value. The error's message continues a sentence that begins with the
// value: "is not a duration (examples: 5s, 10m)".

// Sums of a number and a unit (ns us ms s m h d), the units falling: "500ms", "1m30s", "1.5h".
// A bare 0 is a duration too; every other number needs its unit.
Result<core::Duration> parseDuration(std::string_view text);

// The shortest text that parseDuration reads back: "1m30s", "500ms", "0s". At least 0.
std::string durationText(core::Duration duration);

// Bytes: a whole number, with B, KiB, MiB, GiB or TiB (powers of 1024), or kB, MB, GB or TB (of
// 1000), or without a unit: "10MiB", "500kB", "4096".
Result<std::uint64_t> parseSize(std::string_view text);

// Decimal digits with an optional minus. 0755, 0x1F, 1e3, 1_000 and +1 are not integers here.
Result<long> parseInteger(std::string_view text);

// true or false; the error for yes, on, True … says which one to write.
Result<bool> parseBoolean(std::string_view text);

}  // namespace heald::config
