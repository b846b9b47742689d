#include "app/host.h"

namespace heald::app {
namespace {

using Ask = std::vector<config::HostProblem> (config::Part::*)() const;

std::vector<std::string> linesOf(const config::Config& config, Ask ask) {
  std::vector<std::string> lines;
  const auto add = [&](const config::KindPart& kind) {
    for (const config::HostProblem& problem : ((*kind.part).*ask)()) {
      lines.push_back(problem.place + ": " + problem.message);
    }
  };
  for (const config::KindPart& check : config.checks) add(check);
  for (const auto& steps : config.remedies) {
    for (const config::KindPart& step : steps) add(step);
  }
  return lines;
}

}  // namespace

std::vector<std::string> problemsOfHost(const config::Config& config) {
  return linesOf(config, &config::Part::problemsOfHost);
}

std::vector<std::string> warningsOfHost(const config::Config& config) {
  return linesOf(config, &config::Part::warningsOfHost);
}

}  // namespace heald::app
