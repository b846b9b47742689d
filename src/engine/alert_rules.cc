#include "engine/alert_rules.h"

#include <algorithm>

#include "core/text.h"

namespace heald::engine {

std::string_view labelValue(const Labels& labels, std::string_view name) {
  const auto named = [&](const auto& label) { return label.first == name; };
  const auto found = std::find_if(labels.begin(), labels.end(), named);
  return found == labels.end() ? std::string_view{} : std::string_view(found->second);
}

bool matches(const AlertPolicy& policy, const Labels& labels) {
  return !policy.matchers.empty() &&
         std::all_of(policy.matchers.begin(), policy.matchers.end(), [&](const auto& matcher) {
           return !matcher.second.empty() && labelValue(labels, matcher.first) == matcher.second;
         });
}

std::string refusal(const AlertPolicy& policy, const Labels& labels) {
  for (const auto& [label, pattern] : policy.arguments) {
    if (!pattern.matches(labelValue(labels, label))) {
      return "label \"" + label + "\" does not match its pattern";
    }
  }
  const std::string_view target = labelValue(labels, policy.target);
  if (policy.target.empty()) {
    return "";
  }
  if (!core::isPlainLabelValue(target)) {
    return "label \"" + policy.target + "\" cannot name a target";
  }
  const auto& targets = policy.targets;
  const bool listed =
      targets.empty() || std::find(targets.begin(), targets.end(), target) != targets.end();
  return listed ? "" : "label \"" + policy.target + "\" is none of the targets";
}

bool takes(const RemedySpec& spec, const Episode& episode) {
  return matches(spec.alert, episode.labels) && refusal(spec.alert, episode.labels).empty() &&
         labelValue(episode.labels, spec.alert.target) == episode.target;
}

}  // namespace heald::engine
