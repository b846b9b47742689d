#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/command_table.h"

namespace heald::ctl {

// The pages that there are: "heald.8", "healdctl.1", "heald.yml.5".
std::vector<std::string> manPageNames();

// One of them as man(7) reads it, made of the tables behind --help and of the JSON Schema of the
// configuration; nothing when there is no such page.
std::optional<std::string> manPage(std::string_view name);

// Text for roff: what would be a request or an escape is neither.
std::string roffText(std::string_view text);

// The keys of the configuration, from its JSON Schema, as a part of heald.yml(5).
std::string manKeyList(std::string_view json_schema);

}  // namespace heald::ctl
