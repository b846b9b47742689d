#include <algorithm>
#include <map>
#include <utility>

#include "config/names.h"
#include "config/sections.h"

namespace heald::config {
namespace {

void readTiming(Fields& fields, const engine::DetectionPolicy& detection, engine::CheckSpec& spec) {
  std::optional<core::Duration> interval;
  std::optional<core::Duration> timeout;
  fields.duration("interval", interval, {},
                  "how often it runs; without, it follows the cycle of detection.interval");
  fields.duration("timeout", timeout, {}, "its longest run; without, detection.timeout");
  spec.follows_cycle = !interval;
  spec.interval = interval.value_or(detection.interval);
  spec.timeout = timeout.value_or(detection.timeout);
}

}  // namespace

std::vector<std::string> namesOf(const std::vector<Kind>& kinds) {
  std::vector<std::string> names;
  names.reserve(kinds.size());
  for (const Kind& kind : kinds) names.push_back(kind.name);
  std::sort(names.begin(), names.end());
  return names;
}

void readKind(Fields& fields, const std::vector<Kind>& kinds, KindPart& part) {
  for (const Kind& kind : kinds) {
    fields.section(kind.name, false, kind.help, [&](Fields& options) {
      part.kind = kind.name;
      part.part = kind.read(options);
    });
  }
}

namespace {

// All but its name.
void describeCheck(Fields& fields, const std::vector<Kind>& kinds,
                   const engine::DetectionPolicy& detection, engine::CheckSpec& spec,
                   ConfiguredCheck& check) {
  readTiming(fields, detection, spec);
  fields.integer("unhealthy_after", spec.unhealthy_after, {.max = 1000},
                 "consecutive bad results that make it unhealthy");
  fields.integer("healthy_after", spec.healthy_after, {.max = 1000},
                 "consecutive good results that make it healthy again");
  fields.boolean("warning_is_healthy", spec.warning_is_healthy,
                 "deprecated: a warning counts as healthy, and is not shown as a warning");
  fields.boolean("monitor_only", check.monitor_only,
                 "it is only to be seen: check-config does not miss a remedy");
  readMetricLabels(fields, spec.metric_labels);
  fields.texts("depends_on", spec.depends_on, {.empty_allowed = true},
               "checks whose failure explains its own: while one is unhealthy, no remedy starts");
  fields.exactlyOne("kind of check", namesOf(kinds));
  readKind(fields, kinds, check.does);
}

}  // namespace

void readChecks(Fields& top, const std::vector<Kind>& kinds, Config& config) {
  top.defaults("check_defaults", "what checks leave out; options of a kind are for that kind",
               [&](Fields& fields) {
                 engine::CheckSpec spec;
                 ConfiguredCheck check;
                 describeCheck(fields, kinds, config.setup.detection, spec, check);
               });
  TakenNames names;
  std::vector<Dependencies> dependencies;
  // Most have what others have: held once.
  std::map<engine::MetricLabels, engine::SharedMetricLabels> label_sets;
  std::size_t item = 0;
  top.sections("checks", {.empty_allowed = true}, "what healthy means", [&](Fields& fields) {
    engine::CheckSpec spec;
    ConfiguredCheck check;
    check.item = item++;
    readName(fields, spec.name, names, "its name, unique among the checks");
    fields.items("for_each", kForEachHelp);
    describeCheck(fields, kinds, config.setup.detection, spec, check);
    spec.metric_labels =
        label_sets.try_emplace(*spec.metric_labels, spec.metric_labels).first->second;
    spec.kind = check.does.kind;
    check.does.place = fields.place("");
    dependencies.push_back({spec.name, spec.depends_on,
                            fields.unknownNameLater("depends_on", "checks"),
                            fields.later("depends_on")});
    config.checks.add(spec, std::move(check));
    config.setup.checks.push_back(std::move(spec));
  });
  checkDependencies(dependencies);
}

}  // namespace heald::config
