#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace heald::demo {

// A message of Slack's incoming webhook, as it would look there, for a terminal: the coloured bar,
// the title, the text with its code and bold words, the buttons with their addresses. Without
// `colour`, plain text. Lines are at most `width` characters wide, except addresses.
std::string slackView(const nlohmann::json& message, bool colour, std::size_t width = 96);

}  // namespace heald::demo
