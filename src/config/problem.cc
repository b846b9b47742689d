#include "config/problem.h"

#include <algorithm>

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
  if (!problem.path.empty()) text += problem.path + ": ";
  return text + problem.message;
}

std::vector<Problem> sorted(std::vector<Problem> problems) {
  std::stable_sort(problems.begin(), problems.end(),
                   [](const Problem& a, const Problem& b) { return a.place < b.place; });
  if (problems.size() > kMostShown) {
    const auto rest = std::to_string(problems.size() - kMostShown);
    problems.resize(kMostShown);
    problems.push_back({problems.back().file, problems.back().place, "",
                        rest + " more mistakes are not shown (correct these first)"});
  }
  return problems;
}

}  // namespace heald::config
