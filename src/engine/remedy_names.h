#pragma once

#include <string>
#include <vector>

#include "engine/setup.h"

namespace heald::engine {

// The remedies that a name stands for: the one of that name, or, for a remedy of several checks,
// "fix@queue" and "fix@web" when it is "fix". None when nothing is called so.
std::vector<std::string> remediesNamed(const Setup& setup, const std::string& name);

}  // namespace heald::engine
