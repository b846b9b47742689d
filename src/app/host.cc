#include "app/host.h"

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
  for (const config::KindPart& check : config.checks) add(check, lines);
  for (const auto& steps : config.remedies) {
    for (const config::KindPart& step : steps) add(step, lines);
  }
  return lines;
}

}  // namespace heald::app
