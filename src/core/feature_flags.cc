#include "core/feature_flags.h"

#include <algorithm>
#include <string>

namespace heald::core {
namespace {

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

}  // namespace

std::string_view toString(Feature feature) {
  switch (feature) {
    case Feature::kAutoHealing:
      return "auto_healing";
    case Feature::kAutoDetection:
      return "auto_detection";
    case Feature::kPreventiveHealing:
      return "preventive_healing";
    case Feature::kProcessMonitoring:
      return "process_monitoring";
  }
  return "";
}

std::string_view environmentName(Feature feature) {
  switch (feature) {
    case Feature::kAutoHealing:
      return "FEATURE_AUTO_HEALING_ENABLED";
    case Feature::kAutoDetection:
      return "FEATURE_AUTO_DETECTION_MONITORING";
    case Feature::kPreventiveHealing:
      return "FEATURE_PREVENTIVE_HEALING_ENABLED";
    case Feature::kProcessMonitoring:
      return "FEATURE_PROCESS_MONITORING_ENABLED";
  }
  return "";
}

std::optional<Feature> featureNamed(std::string_view name) {
  const std::string wanted = lowered(name);
  for (const Feature feature : kFeatures) {
    if (wanted == toString(feature) || wanted == lowered(environmentName(feature))) {
      return feature;
    }
  }
  return std::nullopt;
}

Result<bool> parseFlag(std::string_view text) {
  const std::string word = lowered(text);
  for (const std::string_view yes : {"true", "1", "on", "yes"}) {
    if (word == yes) {
      return true;
    }
  }
  for (const std::string_view no : {"false", "0", "off", "no"}) {
    if (word == no) {
      return false;
    }
  }
  return Error{ErrorCode::kInvalid,
               "\"" + std::string(text) + "\" is neither true nor false (also: 1 0 on off yes no)"};
}

bool FeatureFlags::enabled(Feature feature) const {
  const Layers& l = layers(feature);
  return l.environment && l.configuration && l.overridden.value_or(true);
}

Result<void> FeatureFlags::setOverride(Feature feature, bool enabled, WallTime now) {
  Layers& l = at(feature);
  if (enabled && !(l.environment && l.configuration)) {
    const std::string by =
        l.environment ? "the configuration (features." + std::string(toString(feature)) + ")"
                      : "the environment (" + std::string(environmentName(feature)) + ")";
    return Error{ErrorCode::kConflict, std::string(toString(feature)) + " is switched off by " +
                                           by + ", and only there can it be switched on again"};
  }
  l.overridden = enabled;
  l.changed_at = now;
  return {};
}

void FeatureFlags::reconfigure(const FeatureFlags& other) {
  for (const Feature feature : kFeatures) {
    at(feature).environment = other.layers(feature).environment;
    at(feature).configuration = other.layers(feature).configuration;
  }
}

void FeatureFlags::restoreOverride(Feature feature, std::optional<bool> value,
                                   std::optional<WallTime> at_time) {
  at(feature).overridden = value;
  at(feature).changed_at = at_time;
}

}  // namespace heald::core
