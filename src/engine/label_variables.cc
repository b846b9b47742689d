#include "engine/label_variables.h"

#include <algorithm>
#include <map>

namespace heald::engine {
namespace {

using Label = std::pair<std::string, std::string>;

bool canBeVariable(const Label& label) {
  const auto plain = [](char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  };
  const auto& [name, value] = label;
  return !name.empty() && std::all_of(name.begin(), name.end(), plain) &&
         value.find('\0') == std::string::npos;
}

// By name in capitals.
using Groups = std::map<std::string, std::vector<const Label*>>;

Groups groupsOf(const Labels& labels) {
  Groups groups;
  for (const Label& label : labels) {
    if (!canBeVariable(label)) {
      continue;
    }
    auto& group = groups[inCapitals(label.first)];
    const auto same = [&](const Label* known) { return known->first == label.first; };
    if (std::none_of(group.begin(), group.end(), same)) {
      group.push_back(&label);
    }
  }
  return groups;
}

}  // namespace

std::string inCapitals(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return name;
}

std::vector<std::string> declaredLabels(const AlertPolicy& policy) {
  std::vector<std::string> names;
  for (const auto& [name, value] : policy.matchers) {
    names.push_back(name);
  }
  for (const auto& [name, pattern] : policy.arguments) {
    names.push_back(name);
  }
  if (!policy.target.empty()) {
    names.push_back(policy.target);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

LabelVariables labelVariables(const Labels& labels, const AlertPolicy& policy) {
  const std::vector<std::string> declared = declaredLabels(policy);
  const auto isDeclared = [&](const Label* label) {
    return std::binary_search(declared.begin(), declared.end(), label->first);
  };
  LabelVariables result;
  std::map<std::string, std::string> variables;
  for (const auto& [capitals, group] : groupsOf(labels)) {
    const Label* taken = group.front();
    if (group.size() > 1) {
      const auto found = std::find_if(group.begin(), group.end(), isDeclared);
      taken = found == group.end() ? nullptr : *found;
    }
    for (const Label* label : group) {
      if (label != taken) {
        result.refused.push_back(label->first);
      }
    }
    if (taken != nullptr) {
      variables.emplace("HEALD_LABEL_" + taken->first, taken->second);
      variables.emplace("HEALD_LABEL_" + capitals, taken->second);
    }
  }
  result.variables.assign(variables.begin(), variables.end());
  return result;
}

}  // namespace heald::engine
