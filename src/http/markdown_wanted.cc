#include "http/markdown_wanted.h"

#include <cstdlib>
#include <string>

#include "io/text.h"

namespace heald::http {
namespace {

// Of "text/markdown; q=0.5"; 1 without a weight, 0 for one that is no number.
double weightOf(std::string_view parameters) {
  const auto found = parameters.find("q=");
  if (found == std::string_view::npos) return 1;
  return std::strtod(std::string(parameters.substr(found + 2)).c_str(), nullptr);
}

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

}  // namespace

Result<bool> markdownWanted(const Request& request) {
  if (const auto format = request.queryValue("format")) {
    if (*format == "markdown" || *format == "json") return *format == "markdown";
    return Error{ErrorCode::kInvalid, "format must be json or markdown"};
  }
  const auto accept = request.headers.get("Accept").value_or("");
  return weightOf(accept, "text/markdown") > weightOf(accept, "application/json");
}

}  // namespace heald::http
