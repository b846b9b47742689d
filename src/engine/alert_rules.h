#pragma once

#include <string>
#include <string_view>

#include "engine/episode.h"
#include "engine/event.h"
#include "engine/setup.h"

namespace heald::engine {

// Which alerts a remedy takes, by its configuration alone.

// The value of the first label of that name, or "".
std::string_view labelValue(const Labels& labels, std::string_view name);
// Whether all matchers fit. Without any, none does.
bool matches(const AlertPolicy& policy, const Labels& labels);
// Why the labels may not be acted upon, or "".
std::string refusal(const AlertPolicy& policy, const Labels& labels);
// Whether the remedy would record the same episode now: the configuration may be another one since.
bool takes(const RemedySpec& spec, const Episode& episode);

}  // namespace heald::engine
