#pragma once

#include <functional>
#include <string>

#include "config/fields.h"

namespace heald::config {

// The JSON Schema (draft 07, indented) of what `read` describes: help as description, the present
// values of the variables as defaults, no key that is not described.
std::string schemaOf(const std::string& title, const std::function<void(Fields&)>& read);

}  // namespace heald::config
