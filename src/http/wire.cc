#include "http/wire.h"

#include <civetweb.h>

#include <algorithm>

namespace heald::http {
namespace {

constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

void append(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ");
  std::copy_if(value.begin(), value.end(), std::back_inserter(head),
               [](char c) { return c != '\r' && c != '\n' && c != '\0'; });
  head += "\r\n";
}

void appendDefault(std::string& head, const Response& response, std::string_view name,
                   std::string_view value) {
  if (response.headers.count(name) == 0) append(head, name, value);
}

}  // namespace

std::string responseHead(const Response& response) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " " +
                     mg_get_response_code_text(nullptr, response.status) + "\r\n";
  append(head, "Content-Type", response.content_type);
  if (!response.stream) {
    append(head, "Content-Length", std::to_string(response.body.size()));
  }
  append(head, "Connection", "close");
  append(head, "X-Content-Type-Options", "nosniff");
  appendDefault(head, response, "Cache-Control", "no-store");
  if (response.content_type.starts_with("text/html")) {
    appendDefault(head, response, "Content-Security-Policy", kContentSecurityPolicy);
  }
  for (const auto& [name, value] : response.headers) append(head, name, value);
  return head + "\r\n";
}

}  // namespace heald::http
