#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace heald::config {

// What makes a text unfit to be parsed, and where.
struct TextFault {
  std::size_t offset = 0;
  std::string message;
};

// The first byte that is not UTF-8, a byte order mark, or a control character other than tab and
// line end (yaml-cpp takes 0x04 for the end of the file).
std::optional<TextFault> findFault(std::string_view text);

}  // namespace heald::config
