#include "config/problem.h"

#include <algorithm>

#include "core/plain_text.h"

namespace heald::config {
namespace {

constexpr std::size_t kMostShown = 200;

}  // namespace

std::string toString(const Problem& problem) {
  std::string text = problem.file;
  if (problem.place.line > 0) {
    text += ":" + std::to_string(problem.place.line) + ":" + std::to_string(problem.place.column);
  }
  text += ": ";
  if (!problem.id.empty()) text += "warning: ";
  if (!problem.path.empty()) text += problem.path + ": ";
  text += problem.message;
  return core::escaped(problem.id.empty() ? text : text + " [" + problem.id + "]");
}

std::vector<Problem> sorted(std::vector<Problem> problems) {
  std::stable_sort(problems.begin(), problems.end(),
                   [](const Problem& a, const Problem& b) { return a.place < b.place; });
  if (problems.size() > kMostShown) {
    const auto rest = std::to_string(problems.size() - kMostShown);
    problems.resize(kMostShown);
    const Problem& last = problems.back();
    const std::string noun = last.id.empty() ? " more mistakes" : " more warnings";
    problems.push_back({last.file, last.place, "",
                        rest + noun + " are not shown (correct these first)",
                        last.id.empty() ? "" : "not-shown"});
  }
  return problems;
}

}  // namespace heald::config
