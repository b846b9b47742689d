#include "config/lint.h"

#include "config/lint_rules.h"

namespace heald::config {

KeyPath operator/(KeyPath path, std::string key) {
  path.push_back(std::move(key));
  return path;
}

KeyPath operator/(KeyPath path, std::size_t item) {
  return std::move(path) / ("[" + std::to_string(item) + "]");
}

KeyPath pathOf(const ConfiguredCheck& check) {
  return KeyPath{"checks"} / check.item;
}

KeyPath pathOf(const ConfiguredRemedy& remedy) {
  return KeyPath{"remedies"} / remedy.item;
}

std::vector<StepInFile> stepsOf(const ConfiguredRemedy& remedy, const Mapping& file) {
  const KeyPath path = pathOf(remedy);
  const bool listed = file.has(path / "steps");
  std::vector<StepInFile> steps;
  for (const KindPart& does : remedy.steps) {
    steps.push_back({does, listed ? path / "steps" / steps.size() : path});
  }
  return steps;
}

void lint(const Config& config, Mapping& file) {
  lintChecks(config, file);
  lintRemedies(config, file);
  lintAlerts(config, file);
  lintGovernors(config, file);
  lintCommands(config, file);
  lintLabels(config, file);
}

}  // namespace heald::config
