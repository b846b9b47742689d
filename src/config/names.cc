#include "config/names.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "config/wording.h"

namespace heald::config {
namespace {

constexpr std::size_t kLongestName = 63;
// What the kernel takes, with room for the suffixes of the store's other files.
constexpr std::size_t kLongestPath = 4000;
constexpr std::size_t kLongestFileName = 240;

bool isAlphanumeric(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
bool isNameCharacter(char c) {
  return isAlphanumeric(c) || c == '.' || c == '_' || c == '-';
}
bool isAddressCharacter(char c) {
  return isNameCharacter(c) || c == ':';
}

std::string faultOfName(const std::string& name, std::size_t longest) {
  if (name.size() > longest) {
    return "is too long a name (at most " + std::to_string(longest) + " characters)";
  }
  if (!name.empty() && isAlphanumeric(name[0]) &&
      std::all_of(name.begin(), name.end(), isNameCharacter)) {
    return "";
  }
  return "is not a name (letters, digits and . _ - after a letter or digit)";
}

}  // namespace

std::string nameFault(const std::string& name) {
  return faultOfName(name, kLongestName);
}

std::string memberNameFault(const std::string& name) {
  return faultOfName(name, kLongestHostName);
}

std::string labelNameFault(const std::string& name) {
  const auto is_plain = [](char c) { return isAlphanumeric(c) || c == '_'; };
  const bool digit_first = !name.empty() && name.front() >= '0' && name.front() <= '9';
  if (!name.empty() && !digit_first && std::all_of(name.begin(), name.end(), is_plain)) return "";
  return "is not the name of a label (letters, digits and _; example: instance)";
}

std::string hostNameFault(const std::string& host) {
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  const std::string_view name =
      bracketed ? std::string_view(host).substr(1, host.size() - 2) : std::string_view(host);
  if (!name.empty() &&
      std::all_of(name.begin(), name.end(), bracketed ? isAddressCharacter : isNameCharacter)) {
    return "";
  }
  return "is not the name of a host (example: heald.example.org, without scheme and port)";
}

std::string filePathFault(const std::string& path) {
  if (path.ends_with('/')) return "is a folder (name a file in it)";
  const std::size_t name = path.size() - (path.rfind('/') + 1);  // npos + 1 is 0
  if (path.size() > kLongestPath || name > kLongestFileName) {
    return "is too long (at most " + std::to_string(kLongestPath) + " bytes, its last part " +
           std::to_string(kLongestFileName) + ")";
  }
  return path.find('\0') == std::string::npos ? "" : "holds a NUL character (remove it)";
}

void readName(Fields& fields, std::string& name, TakenNames& taken, std::string_view help) {
  fields.text("name", name, {.required = true, .check = nameFault}, help);
  if (name.empty()) return;
  const std::string here = fields.place("name");
  const auto [there, added] = taken.emplace(name, here);
  if (added) return;
  fields.fail("name", there->second == here
                          ? quoted(name) +
                                " is the name of several items (names are unique: put a "
                                "{{key}} into it that tells the items apart)"
                          : quoted(name) + " is the name of the one at " + there->second +
                                " too (names are unique)");
}

std::string missing(const std::string& noun, const std::string& name, const Names& known) {
  std::vector<std::string> words;
  for (const auto& [word, index] : known) {
    if (!word.empty()) words.push_back(word);
  }
  return "there is no " + noun + " " + quoted(name) + " " + suggestion(name, words);
}

}  // namespace heald::config
