#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "heald/result.h"

namespace heald::io {

inline constexpr int kMaxJsonDepth = 32;

// Where a JSON text first has more than kMaxJsonDepth levels of nesting; npos when it has not. Of
// what was nested deeper nothing may be copied or printed: that goes as deep into the stack.
std::size_t tooDeepAt(std::string_view json);

// A request body as a JSON object; an empty body is the empty object. Everything else is
// Error{kInvalid} that names line and column (from 1, in bytes): bad syntax, bytes that are not
// UTF-8, another top level than an object, more than kMaxJsonDepth levels of nesting. `what` is the
// text in the words of that message.
Result<nlohmann::json> parseJsonObject(std::string_view body, std::string_view what = "the body");

}  // namespace heald::io
