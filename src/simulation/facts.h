#pragma once

#include <map>
#include <string>

#include "engine/snapshot.h"

namespace heald::simulation {

// What can be expected of a thing, as text: counts, words, durations as they are written in a
// configuration. Empty when there is no such thing (a target of which nothing was heard).
using Facts = std::map<std::string, std::string>;

Facts governorFacts(const engine::Snapshot& snapshot, const std::string& name);
Facts remedyFacts(const engine::Snapshot& snapshot, const std::string& name);
Facts checkFacts(const engine::Snapshot& snapshot, const std::string& name);

}  // namespace heald::simulation
