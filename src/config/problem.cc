#include "config/problem.h"

#include <algorithm>
#include <map>

#include "core/plain_text.h"

namespace heald::config {
namespace {

constexpr std::size_t kMostShown = 200;
constexpr std::size_t kMostAlike = 5;

// "remedies[].verify.within" of "remedies[7].verify.within".
std::string withoutNumbers(const std::string& path) {
  std::string text;
  bool within = false;
  for (const char c : path) {
    within = c == '[' || (within && c != ']');
    if (!within || c == '[') text += c;
  }
  return text;
}

// A file that was made by a program has one mistake four hundred times, and another one once.
std::vector<Problem> withoutTheAlike(std::vector<Problem> problems) {
  struct Kind {
    std::size_t count = 0;
    std::size_t summary = 0;  // its place among those that are shown
  };
  std::map<std::tuple<std::string, std::string, std::string>, Kind> kinds;
  std::vector<Problem> shown;
  for (Problem& problem : problems) {
    const std::string path = withoutNumbers(problem.path);
    Kind& kind = kinds[{path, problem.message, problem.id}];
    if (path == problem.path || ++kind.count <= kMostAlike) {
      shown.push_back(std::move(problem));
      continue;
    }
    if (kind.count == kMostAlike + 1) {
      kind.summary = shown.size();
      shown.push_back({problem.file, problem.place, path, "", problem.id});
    }
    Problem& summary = shown[kind.summary];
    summary.count = kind.count - kMostAlike;
    summary.message = "the same " + std::to_string(summary.count) +
                      (summary.count == 1 ? " more time" : " more times");
  }
  return shown;
}

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
  problems = withoutTheAlike(std::move(problems));
  if (problems.size() > kMostShown) {
    const auto first_left_out = problems.begin() + kMostShown;
    const std::size_t rest = countOf({first_left_out, problems.end()});
    problems.erase(first_left_out, problems.end());
    const Problem& last = problems.back();
    const std::string noun = last.id.empty() ? " more mistakes" : " more warnings";
    problems.push_back({last.file, last.place, "",
                        std::to_string(rest) + noun + " are not shown (correct these first)",
                        last.id.empty() ? "" : "not-shown", rest});
  }
  return problems;
}

std::size_t countOf(const std::vector<Problem>& problems) {
  std::size_t count = 0;
  for (const Problem& problem : problems) count += problem.count;
  return count;
}

}  // namespace heald::config
