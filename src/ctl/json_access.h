#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "core/time.h"

namespace heald::ctl {

// Reading an answer that may come from another version of heald, or from something else: a missing
// key or another type is empty, never an exception. Texts are one line without control characters,
// the C1 ones included, so that nothing in them can move the cursor of a terminal.

const nlohmann::ordered_json& objectOf(const nlohmann::ordered_json& value, std::string_view key);
const nlohmann::ordered_json& listOf(const nlohmann::ordered_json& value, std::string_view key);
std::string textOf(const nlohmann::ordered_json& value, std::string_view key);
long long numberOf(const nlohmann::ordered_json& value, std::string_view key);
bool flagOf(const nlohmann::ordered_json& value, std::string_view key);
// Of a whole number of units, within 0 and 100 years; nothing for null.
std::optional<core::Duration> durationOf(const nlohmann::ordered_json& value, std::string_view key,
                                         core::Duration unit = std::chrono::milliseconds(1));
// Of "2026-11-23T20:47:00.123Z"; nothing for null and for what is no time.
std::optional<core::WallTime> timeOf(const nlohmann::ordered_json& value, std::string_view key);

std::string printable(std::string_view text);

}  // namespace heald::ctl
