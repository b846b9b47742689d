#pragma once

#include <initializer_list>
#include <string_view>
#include <utility>

namespace heald::http {

// How much an Accept header wants a media type ("text/markdown"): its weight q, 1 without one, 0
// when the type is not named or its weight is no number. Wildcards do not count: they leave the
// choice to us. Of a type that is named several times, the first counts.
// With `parameters` only a range counts that has all of them ("proto=…; encoding=delimited").
using Parameters = std::initializer_list<std::pair<std::string_view, std::string_view>>;
double weightOf(std::string_view accept, std::string_view type, Parameters parameters = {});

}  // namespace heald::http
