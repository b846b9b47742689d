#include "core/feature_flags.h"

#include <gtest/gtest.h>

namespace heald::core {
namespace {

TEST(FeatureFlags, AreOnByDefault) {
  for (const Feature feature : kFeatures) {
    EXPECT_TRUE(FeatureFlags{}.enabled(feature));
  }
}

TEST(FeatureFlags, AreOnOnlyWhenEveryLayerIs) {
  for (const bool environment : {false, true}) {
    for (const bool configuration : {false, true}) {
      for (const std::optional<bool> overridden :
           {std::optional<bool>{}, std::optional<bool>{false}, std::optional<bool>{true}}) {
        FeatureFlags flags;
        flags.setEnvironment(Feature::kAutoHealing, environment);
        flags.setConfiguration(Feature::kAutoHealing, configuration);
        flags.restoreOverride(Feature::kAutoHealing, overridden, WallTime{});
        EXPECT_EQ(flags.enabled(Feature::kAutoHealing),
                  environment && configuration && overridden.value_or(true));
        EXPECT_TRUE(flags.enabled(Feature::kAutoDetection)) << "the others are not touched";
      }
    }
  }
}

TEST(FeatureFlags, AnOverrideNeverSwitchesOnWhatAnotherLayerSwitchesOff) {
  FeatureFlags flags;
  flags.setEnvironment(Feature::kAutoHealing, false);
  const auto refused = flags.setOverride(Feature::kAutoHealing, true, WallTime{});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_NE(refused.error().message.find("FEATURE_AUTO_HEALING_ENABLED"), std::string::npos);
  EXPECT_FALSE(flags.layers(Feature::kAutoHealing).overridden) << "nothing was changed";

  flags.setEnvironment(Feature::kAutoHealing, true);
  flags.setConfiguration(Feature::kAutoHealing, false);
  EXPECT_FALSE(flags.setOverride(Feature::kAutoHealing, true, WallTime{}));
  EXPECT_TRUE(flags.setOverride(Feature::kAutoHealing, false, WallTime{}));
}

TEST(FeatureFlags, HaveTheFixedNames) {
  EXPECT_EQ(environmentName(Feature::kAutoHealing), "FEATURE_AUTO_HEALING_ENABLED");
  EXPECT_EQ(environmentName(Feature::kAutoDetection), "FEATURE_AUTO_DETECTION_MONITORING");
  EXPECT_EQ(environmentName(Feature::kPreventiveHealing), "FEATURE_PREVENTIVE_HEALING_ENABLED");
  EXPECT_EQ(environmentName(Feature::kProcessMonitoring), "FEATURE_PROCESS_MONITORING_ENABLED");
}

TEST(FeatureFlags, AreFoundByEitherName) {
  for (const Feature feature : kFeatures) {
    EXPECT_EQ(featureNamed(toString(feature)), feature);
    EXPECT_EQ(featureNamed(environmentName(feature)), feature);
  }
  EXPECT_FALSE(featureNamed("auto_heal"));
  EXPECT_FALSE(featureNamed(""));
}

TEST(FeatureFlags, AWordThatIsNeitherYesNorNoIsAnError) {
  for (const char* yes : {"true", "TRUE", "1", "on", "Yes"}) {
    EXPECT_TRUE(parseFlag(yes).value()) << yes;
  }
  for (const char* no : {"false", "False", "0", "off", "NO"}) {
    EXPECT_FALSE(parseFlag(no).value()) << no;
  }
  for (const char* other : {"", "2", "enabled", "tru", " true"}) {
    ASSERT_FALSE(parseFlag(other).ok()) << other;
    EXPECT_EQ(parseFlag(other).error().code, ErrorCode::kInvalid);
  }
}

TEST(FeatureFlags, AnOverrideIsKeptWithItsTimeUntilAnotherOne) {
  FeatureFlags flags;
  const WallTime noon{std::chrono::hours(500'000)};
  ASSERT_TRUE(flags.setOverride(Feature::kPreventiveHealing, false, noon));
  EXPECT_FALSE(flags.enabled(Feature::kPreventiveHealing));
  EXPECT_EQ(flags.layers(Feature::kPreventiveHealing).overridden, false);
  EXPECT_EQ(flags.layers(Feature::kPreventiveHealing).changed_at, noon);
  ASSERT_TRUE(flags.setOverride(Feature::kPreventiveHealing, true, noon + std::chrono::hours(1)));
  EXPECT_TRUE(flags.enabled(Feature::kPreventiveHealing));
  flags.restoreOverride(Feature::kPreventiveHealing, false, noon);
  EXPECT_EQ(flags.layers(Feature::kPreventiveHealing).overridden, false);
  EXPECT_EQ(flags.layers(Feature::kPreventiveHealing).changed_at, noon);
}

TEST(FeatureFlags, AnotherConfigurationTakesItsLayersAndLeavesTheOverrides) {
  for (const bool environment : {false, true}) {
    FeatureFlags flags;
    ASSERT_TRUE(flags.setOverride(Feature::kAutoHealing, true, WallTime{}));
    FeatureFlags other;
    other.setEnvironment(Feature::kAutoHealing, environment);
    other.setConfiguration(Feature::kAutoHealing, !environment);
    flags.reconfigure(other);
    EXPECT_EQ(flags.layers(Feature::kAutoHealing).environment, environment);
    EXPECT_EQ(flags.layers(Feature::kAutoHealing).configuration, !environment);
    EXPECT_EQ(flags.layers(Feature::kAutoHealing).overridden, true);
    EXPECT_FALSE(flags.enabled(Feature::kAutoHealing));
  }
}

TEST(FeatureFlags, TellWhichLayerIsInTheWay) {
  FeatureFlags flags;
  flags.setConfiguration(Feature::kAutoDetection, false);
  const auto refused = flags.setOverride(Feature::kAutoDetection, true, WallTime{});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("the configuration (features.auto_detection)"),
            std::string::npos);
}

TEST(FeatureFlags, TakeEveryLetterInAnyCase) {
  EXPECT_TRUE(parseFlag("YES").value());
  EXPECT_EQ(featureNamed("FEATURE_AUTO_DETECTION_MONITORING"), Feature::kAutoDetection);
  EXPECT_EQ(featureNamed("feature_process_monitoring_enabled"), Feature::kProcessMonitoring);
  EXPECT_EQ(featureNamed("AUTO_HEALING"), Feature::kAutoHealing);
}

}  // namespace
}  // namespace heald::core
