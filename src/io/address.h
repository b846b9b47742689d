#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace heald::io {

// What is wrong with a URL for heald ("is not a URL …", "uses ftp …"), or "". It must be http or
// https, name a host, and hold no user or password: secrets come from files.
std::string urlProblem(const std::string& url);

struct HostPort {
  std::string host;  // IPv6 without its brackets
  int port = 0;

  friend bool operator==(const HostPort&, const HostPort&) = default;
};
// "127.0.0.1:80", "db.example:5432", "[::1]:80".
std::optional<HostPort> parseHostPort(std::string_view text);

// What is wrong with the name of a server for TLS, or "".
std::string serverNameProblem(const std::string& name);

// Whether it is this header; in any case of letters.
bool headerIs(const std::string& name, const std::string& header);
// What is wrong with a header line ("is not a header name …"), or "".
std::string headerProblem(const std::string& name, const std::string& value);
// Without control characters, so that a value cannot begin a header of its own.
std::string headerValue(std::string_view text);

}  // namespace heald::io
