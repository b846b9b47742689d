#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/document.h"
#include "config/environment.h"
#include "config/fields.h"
#include "config/problem.h"
#include "heald/result.h"

namespace heald::config {

// Reads YAML by a description: `read` is called with the top mapping of `text`, unless the text is
// no YAML mapping at all. All mistakes, sorted by position; none means that everything `read` has
// filled is valid. `file` is the name that the messages begin with. Never throws what yaml-cpp
// throws; reads no file and, but for `environment`, nothing else from outside.
std::vector<Problem> readFields(std::string_view text, const std::string& file,
                                const Lookup& environment, const std::function<void(Fields&)>& read,
                                const FileKind& kind = kConfigurationFile);

}  // namespace heald::config
