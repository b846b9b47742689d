#include "config/placeholders.h"

#include <algorithm>
#include <array>

#include "config/wording.h"

namespace heald::config {
namespace {

bool isWordCharacter(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string_view nameAt(std::string_view text, std::size_t at) {
  std::size_t end = std::min(at, text.size());
  while (end < text.size() && isWordCharacter(text[end])) ++end;
  return text.substr(std::min(at, text.size()), end - std::min(at, text.size()));
}

// What a template of an alert reaches its labels by. docker and kubectl have `.Labels` as well, but
// as a whole, or below something.
constexpr std::array<std::string_view, 5> kLabels = {"$labels", "$externalLabels", ".Labels",
                                                     ".CommonLabels", ".GroupLabels"};
constexpr std::array<std::string_view, 6> kOthers = {"$value",        "$externalURL",
                                                     ".Annotations.", ".CommonAnnotations.",
                                                     ".ExternalURL",  "$annotations"};

// Whether `word` stands in `text` and is not the tail of a longer one; where it ends.
std::size_t endOfWord(std::string_view text, std::string_view word) {
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const bool begins = at == 0 || (!isWordCharacter(text[at - 1]) && text[at - 1] != '.' &&
                                    text[at - 1] != ']' && text[at - 1] != ')');
    const std::size_t end = at + word.size();
    const bool ends = word.back() == '.' || end == text.size() || !isWordCharacter(text[end]);
    if (begins && ends) return end;
  }
  return std::string_view::npos;
}

// "$labels.job" and `index $labels "job"` mean job; ".Labels" alone may be docker's.
bool meansLabels(std::string_view expression, std::string_view word, std::string& label) {
  const std::size_t end = endOfWord(expression, word);
  if (end == std::string_view::npos) return false;
  if (end < expression.size() && expression[end] == '.') {
    label = nameAt(expression, end + 1);
    return true;
  }
  if (word.front() != '$') return false;
  const auto quote = expression.find_first_of("\"`", end);
  if (quote != std::string_view::npos) label = nameAt(expression, quote + 1);
  return true;
}

}  // namespace

std::string braced(std::string_view name) {
  return "{{" + shortened(name) + "}}";
}

bool isPlaceholderName(std::string_view text) {
  return !text.empty() && (text.front() < '0' || text.front() > '9') &&
         std::all_of(text.begin(), text.end(), isWordCharacter);
}

std::vector<Placeholder> placeholdersIn(std::string_view text) {
  std::vector<Placeholder> found;
  std::size_t open = text.find("{{");
  while (open != std::string_view::npos) {
    const auto close = text.find("}}", open + 2);
    if (close == std::string_view::npos) break;
    // Of several that are open the last is closed: "{{{job}}}" is a name between two braces.
    const std::size_t inner = std::max(text.substr(0, close).rfind("{{"), open);
    const std::string_view inside = trimmed(text.substr(inner + 2, close - inner - 2));
    found.push_back({inner, close + 2, inside, isPlaceholderName(inside)});
    open = text.find("{{", close + 2);
  }
  return found;
}

bool isOfTheAttempt(std::string_view name) {
  return name == kAttemptNumber || name == kAttemptTime;
}

std::vector<std::string> namesIn(std::string_view text) {
  std::vector<std::string> names;
  for (const Placeholder& placeholder : placeholdersIn(text)) {
    if (placeholder.name) names.emplace_back(placeholder.inside);
  }
  return names;
}

AlertTemplate alertTemplateIn(std::string_view text) {
  for (const Placeholder& placeholder : placeholdersIn(text)) {
    const std::string whole(text.substr(placeholder.begin, placeholder.end - placeholder.begin));
    AlertTemplate found{whole, ""};
    for (const std::string_view word : kLabels) {
      if (meansLabels(placeholder.inside, word, found.label)) return found;
    }
    for (const std::string_view word : kOthers) {
      if (endOfWord(placeholder.inside, word) != std::string_view::npos) return found;
    }
  }
  // Without braces a name of Prometheus is text too; "$labels." is nothing else's.
  const auto bare = text.find("$labels.");
  if (bare == std::string_view::npos) return {};
  const std::string label(nameAt(text, bare + 8));
  return {"$labels." + label, label};
}

std::string openPlaceholderIn(std::string_view text) {
  for (auto open = text.find("{{"); open != std::string_view::npos;
       open = text.find("{{", open + 1)) {
    const auto begin = text.find_first_not_of(" \t", open + 2);
    if (begin == std::string_view::npos) return "";
    const std::string_view name = nameAt(text, begin);
    if (!isPlaceholderName(name)) continue;
    const auto next = text.find_first_not_of(" \t", begin + name.size());
    if (next == std::string_view::npos) return std::string(text.substr(open));
    const std::string_view rest = text.substr(next);
    if (rest.front() == '}' && !rest.starts_with("}}")) {
      return std::string(text.substr(open, next + 1 - open));
    }
  }
  return "";
}

}  // namespace heald::config
