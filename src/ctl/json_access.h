#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "core/time.h"

namespace heald::ctl {

// Reading an answer that may come from another version of heald, or from something else: a missing
// key or another type is empty, never an exception. Texts are one line without characters
// that steer a terminal (core/plain_text.h).

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

// A line for who may not see what failed actions printed, and there may be something: how to.
// `remedies` have a lastResult; "" when nothing is hidden.
std::string hiddenOutputHint(const nlohmann::ordered_json& answer);

}  // namespace heald::ctl
