#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heald::core {

inline constexpr std::size_t kErrorTextLimit = 64 * 1024;  // bytes looked at

// The first condition that is contained in the text, ignoring the case of ASCII letters; only the
// first 64 KiB of the text are looked at. An empty condition matches nothing.
std::optional<std::string> matchError(std::string_view text,
                                      const std::vector<std::string>& conditions);

}  // namespace heald::core
