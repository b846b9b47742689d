// What of the status is shown, where not all of it was asked for.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "ctl/json_access.h"
#include "ctl/names.h"
#include "ctl/status_text.h"

namespace heald::ctl {
namespace {

using nlohmann::ordered_json;

bool keeps(const StatusChoice& choice, const StatusRow& row) {
  if (choice.problems && row.concern == Concern::kQuiet) return false;
  if (choice.patterns.empty()) return true;
  return std::any_of(choice.patterns.begin(), choice.patterns.end(), [&](const auto& pattern) {
    return std::any_of(row.names.begin(), row.names.end(),
                       [&](const auto& name) { return matches(pattern, name); });
  });
}

bool ofName(char c) {
  return c == '-' || c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
         (c >= 'A' && c <= 'Z');
}

// As a whole word: "check web-1 is unhealthy" does not speak of "web".
bool mentions(const std::string& text, const std::string& name) {
  for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
    const auto end = at + name.size();
    if ((at == 0 || !ofName(text[at - 1])) && (end == text.size() || !ofName(text[end]))) {
      return true;
    }
  }
  return false;
}

// What is said of things, and of which.
void keepWhatIsSaidOf(const std::set<std::string>& names, ordered_json& list) {
  ordered_json kept = ordered_json::array();
  for (ordered_json& said : list) {
    const std::string governor = textOf(said, "governor");
    const std::string text = textOf(said, "message") + " " + textOf(said, "command");
    const bool about = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      return name == governor || mentions(text, name);
    });
    if (about) kept.push_back(std::move(said));
  }
  list = std::move(kept);
}

ordered_json* listAt(ordered_json& status, const std::string& path) {
  const ordered_json::json_pointer pointer(path);
  if (!status.is_object() || !status.contains(pointer)) return nullptr;
  ordered_json& list = status[pointer];
  return list.is_array() ? &list : nullptr;
}

}  // namespace

ordered_json chosenOf(const ordered_json& status, const StatusChoice& choice) {
  ordered_json chosen = status;
  std::set<std::string> names;
  for (const StatusSection& section : sectionsOf(status)) {
    ordered_json* list = listAt(chosen, section.path);
    if (list == nullptr) continue;
    ordered_json kept = ordered_json::array();
    for (std::size_t i = 0; i < section.rows.size() && i < list->size(); ++i) {
      if (!keeps(choice, section.rows[i])) continue;
      names.insert(section.rows[i].cells.front().text);
      kept.push_back(std::move((*list)[i]));
    }
    *list = std::move(kept);
  }
  if (choice.patterns.empty()) return chosen;
  for (const char* said : {"/issues", "/recommendations"}) {
    if (ordered_json* list = listAt(chosen, said)) keepWhatIsSaidOf(names, *list);
  }
  return chosen;
}

std::string choiceText(const ordered_json& all, const ordered_json& chosen) {
  const auto before = sectionsOf(all);
  const auto after = sectionsOf(chosen);
  std::string text;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (before[i].rows.size() == after[i].rows.size()) continue;
    text += (text.empty() ? "" : ", ") + std::to_string(after[i].rows.size()) + " of " +
            std::to_string(before[i].rows.size()) + " " +
            (before[i].rows.size() == 1 ? before[i].one : before[i].many);
  }
  return text.empty() ? "" : "Shown: " + text + ".";
}

std::vector<std::string> namesIn(const ordered_json& status) {
  std::vector<std::string> names;
  for (const StatusSection& section : sectionsOf(status)) {
    for (const StatusRow& row : section.rows) names.push_back(row.cells.front().text);
  }
  return names;
}

}  // namespace heald::ctl
