#include "engine/advice.h"
#include "metrics/sections.h"

namespace heald::metrics {
namespace {

using engine::Overall;
using engine::Severity;

void addStatus(const engine::Snapshot& s, core::Now now, Families& out) {
  const std::vector<engine::Issue> issues = engine::issues(s, now);
  out.gauge("status", "The state of heald as a whole; 1 for the present one.")
      .addStates({}, "status", engine::kOveralls, std::optional(engine::overallOf(issues, s, now)),
                 [](Overall overall) { return toString(overall); });
  std::array<std::size_t, std::size(engine::kSeverities)> counts{};
  for (const engine::Issue& issue : issues) {
    ++counts[static_cast<std::size_t>(issue.severity)];
  }
  out.gauge("issues", "Issues that heald reports now, by severity.")
      .addCounts({}, "severity", counts,
                 [](std::size_t i) { return toString(static_cast<Severity>(i)); });
  out.gauge("recommendations", "Recommendations that heald gives now.")
      .add({}, static_cast<double>(engine::recommendations(s, now).size()));
}

void addFeatures(const engine::Snapshot& s, Families& out) {
  const auto addAll = [](const Family& family, auto valueOf) {
    for (const core::Feature feature : core::kFeatures) {
      family.add({{"feature", toString(feature)}}, valueOf(feature));
    }
  };
  addAll(out.gauge("feature_enabled", "Whether a feature flag is on."),
         [&](core::Feature feature) { return s.features.enabled(feature) ? 1 : 0; });
  addAll(out.gauge("feature_configured", "Whether the configuration has a feature on."),
         [&](core::Feature feature) { return s.features.layers(feature).configuration ? 1 : 0; });
  addAll(out.gauge("feature_last_change_timestamp_seconds",
                   "When a human last changed a feature flag at run time; 0 if never."),
         [&](core::Feature feature) { return seconds(s.features.layers(feature).changed_at); });
}

}  // namespace

void addEngine(const engine::Snapshot& s, const Sources& sources, core::Now now, Families& out) {
  const BuildInfo& build = sources.build;
  out.gauge("build_info", "What this heald was built from; always 1.")
      .add({{"version", build.version}, {"revision", build.revision}, {"compiler", build.compiler}},
           1);
  addStatus(s, now, out);
  addFeatures(s, out);
  out.counter("human_actions_total", "What humans have done through heald, by the action.")
      .durable()
      .addCounts({}, "action", s.human_actions,
                 [](std::size_t i) { return toString(static_cast<engine::HumanAction>(i)); });
  out.gauge("observe_mode", "Whether remedies are decided upon and counted, but not run.")
      .add({}, s.observe ? 1 : 0);
  out.gauge("storm_brake_active",
            "Whether so many checks are unhealthy that no remedy starts at all.")
      .add({}, s.storm_brake ? 1 : 0);
}

}  // namespace heald::metrics
