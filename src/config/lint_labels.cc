#include <map>
#include <set>
#include <string>
#include <vector>

#include "config/lint_rules.h"
#include "config/wording.h"

namespace heald::config {
namespace {

// The name of a metric label that stands once, and is nearly one that stands more often: whoever
// asks Prometheus by team does not find what is labelled "taem".
void lintName(const KeyPath& path, const std::string& name, const std::map<std::string, int>& uses,
              Mapping& file) {
  if (uses.at(name) > 1 || !file.has(path / name)) return;
  std::vector<std::string> common;
  for (const auto& [other, count] : uses) {
    if (count > 1) common.push_back(other);
  }
  const std::string meant = nearest(name, common);
  if (meant.empty()) return;
  file.warn(path / name, "label-once",
            quoted(name) + " is a label of this one alone, and " + quoted(meant) + " one of " +
                std::to_string(uses.at(meant)) + " (did you mean " + quoted(meant) + "?)");
}

}  // namespace

// Checks and remedies as they stand in the file: what a remedy has from its check does not count.
void lintLabels(const Config& config, Mapping& file) {
  const engine::Setup& setup = config.setup;
  std::vector<std::pair<KeyPath, engine::SharedMetricLabels>> all;
  for (const engine::CheckSpec& check : setup.checks) {
    all.emplace_back(pathOf(config.checks.of(check)) / "metric_labels", check.metric_labels);
  }
  std::set<std::size_t> seen;
  for (const engine::RemedySpec& remedy : setup.remedies) {
    const ConfiguredRemedy& configured = config.remedies.of(remedy);
    const KeyPath path = pathOf(configured) / "metric_labels";
    const bool first = seen.insert(configured.item).second;
    if (first && file.has(path)) all.emplace_back(path, remedy.metric_labels);
  }
  std::map<std::string, int> uses;
  for (const auto& [path, labels] : all) {
    for (const auto& [name, value] : *labels) ++uses[name];
  }
  for (const auto& [path, labels] : all) {
    for (const auto& [name, value] : *labels) lintName(path, name, uses, file);
  }
}

}  // namespace heald::config
