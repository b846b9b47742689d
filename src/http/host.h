#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heald::http {

// The host of an authority ("localhost:3001", "[::1]", "127.0.0.1:80") in lower case and without
// its port; nothing when it is not well-formed (user names, ports that are not digits, blanks).
std::optional<std::string> hostOf(std::string_view authority);

// The same of an Origin header ("http://localhost:3001"); nothing for "null" and other schemes
// than http and https.
std::optional<std::string> hostOfOrigin(std::string_view origin);

// The names a listener answers to. localhost, 127.0.0.1 and [::1] are always among them. A whole
// name matches, never a part of it: 127.0.0.1.evil.com is another host.
class AllowedHosts {
 public:
  explicit AllowedHosts(const std::vector<std::string>& names = {});

  bool allows(std::string_view host) const;

 private:
  std::vector<std::string> names_;
};

}  // namespace heald::http
