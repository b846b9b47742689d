#pragma once

#include <string_view>

namespace heald::http {

// How much an Accept header wants a media type ("text/markdown"): its weight q, 1 without one, 0
// when the type is not named or its weight is no number. Wildcards do not count: they leave the
// choice to us. Of a type that is named several times, the first counts.
double weightOf(std::string_view accept, std::string_view type);

}  // namespace heald::http
