#include "http/wire.h"

#include <algorithm>
#include <iterator>

namespace heald::http {
namespace {

constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

// For people who read the wire; programs read the number.
std::string_view reasonOf(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return status < 400 ? "Success" : "Error";
  }
}

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
                     std::string(reasonOf(response.status)) + "\r\n";
  append(head, "Content-Type", response.content_type);
  if (!response.stream) {
    append(head, "Content-Length", std::to_string(response.size()));
  }
  append(head, "X-Content-Type-Options", "nosniff");
  appendDefault(head, response, "Cache-Control", "no-store");
  if (response.content_type.starts_with("text/html")) {
    appendDefault(head, response, "Content-Security-Policy", kContentSecurityPolicy);
  }
  for (const auto& [name, value] : response.headers) append(head, name, value);
  return head;
}

}  // namespace heald::http
