#include "app/host.h"

#include "app/web_configuration.h"

namespace heald::app {
namespace {

void add(const config::KindPart& kind, std::vector<std::string>& lines) {
  for (const config::HostProblem& problem : kind.part->problemsOfHost()) {
    lines.push_back(problem.place + ": " + kind.kind + "." + problem.key + ": " + problem.message);
  }
}

}  // namespace

std::vector<std::string> problemsOfHost(const config::Config& config) {
  std::vector<std::string> lines;
  for (const engine::CheckSpec& check : config.setup.checks) {
    add(config.checks.of(check).does, lines);
  }
  for (const engine::RemedySpec& remedy : config.setup.remedies) {
    for (const config::KindPart& step : config.remedies.of(remedy).steps) add(step, lines);
  }
  for (const auto& [plane, fault] : problemsOfWeb(config.web)) {
    lines.push_back("web." + toString(plane) + ".config_file: " + fault);
  }
  return lines;
}

}  // namespace heald::app
