#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "core/time.h"
#include "heald/result.h"

namespace heald::core {

// The kill switches. Off means off at once, for everything automatic behind them.
enum class Feature { kAutoHealing, kAutoDetection, kPreventiveHealing, kProcessMonitoring };

inline constexpr std::size_t kFeatureCount = 4;
inline constexpr Feature kFeatures[kFeatureCount] = {Feature::kAutoHealing, Feature::kAutoDetection,
                                                     Feature::kPreventiveHealing,
                                                     Feature::kProcessMonitoring};

std::string_view toString(Feature feature);         // "auto_healing": configuration and labels
std::string_view environmentName(Feature feature);  // "FEATURE_AUTO_HEALING_ENABLED": fixed
// By either of its names, in any case of letters; nothing for any other word.
std::optional<Feature> featureNamed(std::string_view name);

// "true/false", "1/0", "on/off", "yes/no", in any case; anything else is an error, never a guess.
Result<bool> parseFlag(std::string_view text);

// Three layers, combined with AND: environment, configuration, and the durable override that a
// human sets at run time. The override can never switch on what one of the others switches off.
class FeatureFlags {
 public:
  struct Layers {
    bool environment = true;
    bool configuration = true;
    std::optional<bool> overridden;
    std::optional<WallTime> changed_at;  // of the override

    friend bool operator==(const Layers&, const Layers&) = default;
  };

  bool enabled(Feature feature) const;
  const Layers& layers(Feature feature) const { return layers_[index(feature)]; }

  void setEnvironment(Feature feature, bool enabled) { at(feature).environment = enabled; }
  void setConfiguration(Feature feature, bool enabled) { at(feature).configuration = enabled; }
  // kConflict when it should switch on what environment or configuration switch off; the message
  // names which, and nothing is changed.
  Result<void> setOverride(Feature feature, bool enabled, WallTime now);
  void restoreOverride(Feature feature, std::optional<bool> value, std::optional<WallTime> at_time);

  // Environment and configuration as in `other`; the overrides stay.
  void reconfigure(const FeatureFlags& other);

  friend bool operator==(const FeatureFlags&, const FeatureFlags&) = default;

 private:
  static std::size_t index(Feature feature) { return static_cast<std::size_t>(feature); }
  Layers& at(Feature feature) { return layers_[index(feature)]; }

  std::array<Layers, kFeatureCount> layers_{};
};

}  // namespace heald::core
