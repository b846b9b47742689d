#include "config/names.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "config/scalars.h"
#include "config/wording.h"

namespace heald::config {
namespace {

constexpr std::size_t kLongestName = 63;
constexpr long kLargestPort = 65535;

bool isAlphanumeric(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
bool isNameCharacter(char c) {
  return isAlphanumeric(c) || c == '.' || c == '_' || c == '-';
}
bool isAddressCharacter(char c) {
  return isNameCharacter(c) || c == ':' || c == '%';
}

bool isHost(std::string_view host) {
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) {
    host = host.substr(1, host.size() - 2);
    return std::all_of(host.begin(), host.end(), isAddressCharacter);
  }
  return !host.empty() && std::all_of(host.begin(), host.end(), isNameCharacter);
}

}  // namespace

std::string nameFault(const std::string& name) {
  if (name.size() > kLongestName) return "is too long a name (at most 63 characters)";
  if (!name.empty() && isAlphanumeric(name[0]) &&
      std::all_of(name.begin(), name.end(), isNameCharacter)) {
    return "";
  }
  return "is not a name (letters, digits and . _ - after a letter or digit)";
}

std::string listenFault(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos || address.ends_with(']')) {
    return "has no port (example: 127.0.0.1:3001)";
  }
  if (!isHost(std::string_view(address).substr(0, colon))) {
    return "has no valid host (examples: 127.0.0.1:3001, 0.0.0.0:9469)";
  }
  const Result<long> port = parseInteger(address.substr(colon + 1));
  if (port && *port >= 0 && *port <= kLargestPort) return "";
  return "has no valid port (0 to 65535; 0 is any free one)";
}

int portOf(const std::string& address) {
  const Result<long> port = parseInteger(address.substr(address.rfind(':') + 1));
  return port ? static_cast<int>(*port) : 0;
}

void readName(Fields& fields, std::string& name, const std::string& list, Names& taken,
              std::string_view help) {
  fields.text("name", name, {.required = true, .check = nameFault}, help);
  if (name.empty()) return;
  const auto [there, added] = taken.emplace(name, taken.size());
  if (added) return;
  fields.fail("name", quoted(name) + " is the name of " + list + "[" +
                          std::to_string(there->second) + "] too (names are unique)");
}

std::string missing(const std::string& noun, const std::string& name, const Names& known) {
  std::vector<std::string> words;
  for (const auto& [word, index] : known) {
    if (!word.empty()) words.push_back(word);
  }
  return "there is no " + noun + " " + quoted(name) + " " + suggestion(name, words);
}

}  // namespace heald::config
