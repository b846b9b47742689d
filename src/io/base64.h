#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace heald::io {

// RFC 4648, section 4: one line, with padding.
std::string toBase64(std::string_view bytes);
// Nothing for what is not written so: another character or length, padding within.
std::optional<std::string> fromBase64(std::string_view text);

}  // namespace heald::io
