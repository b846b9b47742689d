#include "config/lint.h"

#include "config/lint_rules.h"

namespace heald::config {

KeyPath operator/(KeyPath path, std::string key) {
  path.push_back(std::move(key));
  return path;
}

KeyPath pathOfCheck(std::size_t i) {
  return KeyPath{"checks"} / ("[" + std::to_string(i) + "]");
}

std::vector<KeyPath> pathsOfRemedies(const Config& config) {
  std::vector<KeyPath> paths;
  std::string last;
  std::size_t index = 0;
  for (const engine::RemedySpec& remedy : config.setup.remedies) {
    const std::string name = remedy.name.substr(0, remedy.name.find('@'));
    if (!paths.empty() && name != last) ++index;
    last = name;
    paths.push_back(KeyPath{"remedies"} / ("[" + std::to_string(index) + "]"));
  }
  return paths;
}

KeyPath pathOfStep(const KeyPath& remedy, std::size_t step, const Mapping& file) {
  const KeyPath steps = remedy / "steps";
  return file.has(steps) ? steps / ("[" + std::to_string(step) + "]") : remedy;
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
