#pragma once

#include <vector>

#include "config/fields.h"

namespace heald::remedies {

// The kinds that CMakeLists.txt lists, in its order. Their code is made from that list.
std::vector<config::Kind> kinds();

}  // namespace heald::remedies
