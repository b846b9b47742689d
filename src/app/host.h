#pragma once

#include <string>
#include <vector>

#include "config/model.h"

namespace heald::app {

// What a configuration needs and this machine does not have, one line each, with its place in the
// file. With one of them heald does not start, and does not take the file by a reload.
std::vector<std::string> problemsOfHost(const config::Config& config);

}  // namespace heald::app
