#include "http/markdown_wanted.h"

#include "http/accept.h"

namespace heald::http {

Result<bool> markdownWanted(const Request& request) {
  if (const auto format = request.queryValue("format")) {
    if (*format == "markdown" || *format == "json") return *format == "markdown";
    return Error{ErrorCode::kInvalid, "format must be json or markdown"};
  }
  const auto accept = request.headers.get("Accept").value_or("");
  return weightOf(accept, "text/markdown") > weightOf(accept, "application/json");
}

}  // namespace heald::http
