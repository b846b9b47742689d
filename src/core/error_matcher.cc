#include "core/error_matcher.h"

#include <algorithm>

namespace heald::core {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool contains(std::string_view text, std::string_view needle) {
  const auto same = [](char a, char b) { return lower(a) == lower(b); };
  return std::search(text.begin(), text.end(), needle.begin(), needle.end(), same) != text.end();
}

}  // namespace

std::optional<std::string> matchError(std::string_view text,
                                      const std::vector<std::string>& conditions) {
  const std::string_view head = text.substr(0, kErrorTextLimit);
  for (const std::string& condition : conditions) {
    if (!condition.empty() && contains(head, condition)) {
      return condition;
    }
  }
  return std::nullopt;
}

}  // namespace heald::core
