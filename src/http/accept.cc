#include "http/accept.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "http/message.h"
#include "io/text.h"

namespace heald::http {
namespace {

// Of "; version=1.0.0; q=0.5".
double weightOf(std::string_view parameters) {
  const auto found = parameters.find("q=");
  if (found == std::string_view::npos) return 1;
  return std::strtod(std::string(parameters.substr(found + 2)).c_str(), nullptr);
}

}  // namespace

double weightOf(std::string_view accept, std::string_view type) {
  while (!accept.empty()) {
    const auto end = std::min(accept.find(','), accept.size());
    const std::string_view range = io::trim(accept.substr(0, end));
    accept.remove_prefix(std::min(end + 1, accept.size()));
    const auto semicolon = std::min(range.find(';'), range.size());
    if (!equalsIgnoringCase(io::trim(range.substr(0, semicolon)), type)) continue;
    return weightOf(range.substr(semicolon));
  }
  return 0;
}

}  // namespace heald::http
