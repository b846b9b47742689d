#include "api/markdown_wanted.h"

#include "http/accept.h"

namespace heald::api {

Result<bool> markdownWanted(const http::Request& request) {
  if (const auto format = request.queryValue("format")) {
    if (*format == "markdown" || *format == "json") return *format == "markdown";
    return Error{ErrorCode::kInvalid, "format must be json or markdown"};
  }
  const auto accept = request.headers.get("Accept").value_or("");
  return http::weightOf(accept, "text/markdown") > http::weightOf(accept, "application/json");
}

}  // namespace heald::api
