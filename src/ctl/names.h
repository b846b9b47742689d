#pragma once

#include <string>
#include <vector>

#include "ctl/console.h"

namespace heald::ctl {

// `no check "gatewai" (did you mean "gateway"?)`; without a near one `(there are: a, b)`, at most
// ten of them and how many more. `kind` is one word: check, remedy, governor, flag.
std::string unknownName(const std::string& kind, const std::string& name,
                        const std::vector<std::string>& known);

// "a, b", at most ten of them and how many more.
std::string someOf(const std::vector<std::string>& names);

// The names of all of a kind that heald knows now; none when it cannot be asked.
std::vector<std::string> namesOf(const Console& console, const std::string& kind);

// A refused call on /api/KINDs/NAME/…: where there is no such thing, says which was meant.
Failure withSuggestion(const Console& console, Failure failure, const std::string& kind,
                       const std::string& name);

// Shell patterns: `*` and `?` and `[…]`, without a special meaning of `/` and of a leading dot.
bool matches(const std::string& pattern, const std::string& name);

}  // namespace heald::ctl
