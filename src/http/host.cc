#include "http/host.h"

#include <algorithm>

#include "http/message.h"

namespace heald::http {
namespace {

bool isDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool isHostCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_' || c == ':' || c == '[' || c == ']';
}

std::string lowered(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

}  // namespace

std::optional<std::string> hostOf(std::string_view authority) {
  if (!std::all_of(authority.begin(), authority.end(), isHostCharacter)) return std::nullopt;
  const auto bracket = authority.starts_with('[') ? authority.find(']') : 0;
  if (bracket == std::string_view::npos) return std::nullopt;
  const auto colon = std::min(authority.find(':', bracket), authority.size());
  const std::string_view host = authority.substr(0, colon);
  const std::string_view port = authority.substr(std::min(colon + 1, authority.size()));
  if (host.empty() || !isDigits(port)) return std::nullopt;
  return lowered(host);
}

std::optional<std::string> hostOfOrigin(std::string_view origin) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme)) return hostOf(origin.substr(scheme.size()));
  }
  return std::nullopt;
}

AllowedHosts::AllowedHosts(const std::vector<std::string>& names)
    : names_{"localhost", "127.0.0.1", "[::1]"} {
  names_.insert(names_.end(), names.begin(), names.end());
}

bool AllowedHosts::allows(std::string_view host) const {
  return std::any_of(names_.begin(), names_.end(),
                     [&](const std::string& name) { return equalsIgnoringCase(name, host); });
}

}  // namespace heald::http
