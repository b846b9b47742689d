#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "heald/result.h"

namespace heald::config {

// Where `${NAME}` comes from: the value of a variable, or nothing when it is unset.
using Lookup = std::function<std::optional<std::string>(const std::string& name)>;

// The environment of this process. Not for use while another thread changes it.
std::optional<std::string> processEnvironment(const std::string& name);

// `text` with each `${NAME}` and `${NAME:-default}` replaced, once: what comes in is not looked at
// again. The default stands in for a variable that is unset or empty. `$${` is a literal `${`;
// every other `$` is an ordinary character. An unset variable without a default is an error that
// names it.
Result<std::string> expand(std::string_view text, const Lookup& environment);

}  // namespace heald::config
